# shellcheck shell=bash
# Sourced by run, test, drill, publish and the recipes in containers/: brings this machine to where the system can be built and started.
# Every step looks first and does only what is missing, so it can run again, after a crash, and in two clones at once.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
readonly cache=${XDG_CACHE_HOME:-$HOME/.cache}/foobar
readonly mysql_image=mysql:9.7
readonly debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# shellcheck disable=SC2034 # containers/dotnet/build makes it
readonly base_layout=$cache/base-image
mkdir -p "$cache"

# Nothing that a script starts for building outlives it.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0 DOTNET_NOLOGO=1

say() { printf '==> %s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null; }

# bounded SECONDS COMMAND...: Ctrl-C still reaches the command.
bounded() {
    if has timeout; then timeout --foreground --kill-after=10 "$@"; else "${@:2}"; fi
}

# in_own_group COMMAND...: a signal that it sends to its process group does not reach this script, and the trap
# `end_group` leaves nothing of it behind.
group=
in_own_group() {
    local status=0
    set -m
    "$@" </dev/null &
    group=$!
    set +m
    wait "$group" 2>/dev/null || status=$?
    return "$status"
}

end_group() {
    local waited=0
    [[ -n $group ]] || return 0
    kill -TERM -- "-$group" 2>/dev/null || true
    # Not only its leader: the others still tidy up.
    while kill -0 -- "-$group" 2>/dev/null; do
        ((waited++ < 200)) || kill -KILL -- "-$group" 2>/dev/null || true
        sleep 0.1
    done
}

# one_at_a_time NAME holds a lock, on file descriptor 9, until `exec 9>&-` or the end of the script.
one_at_a_time() {
    has flock || return 0
    exec 9>"$cache/$1.lock"
    flock --nonblock 9 && return
    say "Waiting for another script that does the same ..."
    flock --timeout 600 9 || fail "Another script has held $cache/$1.lock for 10 minutes. End it, then start again."
}

can_install() { [[ $(id -u) == 0 ]] && has apt-get; }

# install_packages WHY PACKAGE...
install_packages() {
    local log=$cache/apt.log
    local apt=(bounded 900 env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -q -y -o DPkg::Lock::Timeout=300)
    say "Installing ${*:2} with apt: $1 ..."
    # A broken source of somebody else's makes the update fail and may still leave what is needed here.
    "${apt[@]}" update >"$log" 2>&1 </dev/null 9>&- || true
    "${apt[@]}" install --no-install-recommends "${@:2}" >>"$log" 2>&1 </dev/null 9>&- || {
        tail -n 15 "$log" >&2
        fail "apt-get could not install ${*:2} (its last lines stand above, all of them in $log). Install it by hand, then start again."
    }
}

# own_mirror ARCHIVE: the mirror of debian or debian-security that this machine's own apt uses, which reaches it for sure.
own_mirror() {
    # shellcheck disable=SC2016 # apt expands it
    apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m 1 -E "/$1/?\$" || true
}

# debian_source FOLDER ARCHIVE OTHERWISE SUITE: adds a suite to what own_apt reads, from this machine's own mirror if it names one.
debian_source() {
    local mirror
    mirror=$(own_mirror "$2")
    echo "deb [signed-by=$debian_keyring] ${mirror:-$3} $4 main" >>"$1/sources"
}

# own_apt FOLDER ARGUMENT...: apt-get with the sources, the lists and the cache of a folder. It leaves the packages of this machine
# as they are and needs no privileges, and it verifies every package.
own_apt() {
    mkdir -p "$1"/apt/{lists,cache/archives}/partial
    bounded 300 apt-get -q -o Dir::Etc::SourceList="$1/sources" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State="$1/apt" -o Dir::State::Status=/dev/null -o Dir::Cache="$1/apt/cache" \
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false \
        -o Acquire::Retries=3 -o Acquire::Check-Valid-Until=false -o APT::Sandbox::User= "${@:2}" </dev/null 9>&-
}

engine_answers() { has docker && [[ -n $(bounded 10 docker version --format '{{.Server.Version}}' 2>/dev/null) ]]; }

prepare_engine() {
    engine_answers && return
    case ${DOCKER_HOST:-} in
        '' | unix:///var/run/docker.sock | unix:///run/docker.sock) ;;
        *) fail "The container engine that DOCKER_HOST names ($DOCKER_HOST) does not answer. Start it, or unset DOCKER_HOST." ;;
    esac
    can_install ||
        fail "No container engine answers to $(id -un). Start Docker, or install it (https://docs.docker.com/engine/install), then start again."

    has dockerd || install_packages "no container engine answers on this machine" docker.io apparmor ca-certificates
    has docker || install_packages "the engine's command" docker-cli
    start_engine
}

runs() { grep -qsx "$1" /proc/[0-9]*/comm; }

start_engine() {
    local log=/var/log/dockerd.log began=$SECONDS
    say "No container engine answers: starting one ..."
    if [[ -d /run/systemd/system ]]; then
        log='journalctl -u docker'
        systemctl start docker || true
    elif ! runs dockerd; then
        # Left by a machine that was switched off; once the number belongs to another process, dockerd would not start.
        rm -f /run/docker.pid
        runs containerd || rm -f /run/docker/containerd/containerd.pid
        setsid nohup dockerd >>"$log" 2>&1 </dev/null 9>&- &
        disown
    fi
    until engine_answers; do
        sleep 1
        if ((SECONDS - began > 60)) || { [[ ! -d /run/systemd/system ]] && ! runs dockerd; }; then
            fail "The container engine did not start; its log says why: $log. A container without privileges cannot run one: give it the host's through DOCKER_HOST."
        fi
        ((SECONDS - began < 5)) || say "... still waiting for it ($((SECONDS - began)) s)"
    done
}

prepare_image() {
    if ! docker image inspect "$mysql_image" >/dev/null 2>&1; then
        say "Pulling $mysql_image ..."
        bounded 120 docker pull "$mysql_image" 2>/dev/null 9>&- || say "No container registry gave it: it is made here instead."
    fi
    "$root/containers/mysql/build" 9>&-
}

# prepare_base_image ARGUMENT...: settles what images are built on, unless an argument or the environment names it. Where no
# registry gives Microsoft's image, which is remembered for a day, one is made here, and FooBar__Publish__BaseImage says so.
prepare_base_image() {
    local argument image lacking
    for argument; do
        case ${argument,,} in --foobar:publish:baseimage*) return 0 ;; esac
    done
    [[ -z ${FooBar__Publish__BaseImage:-} ]] || return 0

    image=$(dotnet msbuild "$root/FooBar.Web/FooBar.Web.csproj" -nologo -getProperty:ContainerBaseImage)
    lacking=$cache/no-registry-gives-$(cksum <<<"$image" | cut -d' ' -f1)
    if [[ -z $(find "$lacking" -mmin -1440 2>/dev/null) ]]; then
        if bounded 20 docker manifest inspect "$image" >/dev/null 2>&1 9>&-; then
            say "The images are built on $image."
            return 0
        fi
        touch "$lacking"
    fi
    say "No container registry gives $image: the images are built on one that is made here."
    "$root/containers/dotnet/build" 9>&-
    export FooBar__Publish__BaseImage=oci:$base_layout
    # The build reads it from a loopback port.
    export no_proxy=localhost,${no_proxy:-${NO_PROXY:-}}
}

prepare_sdk() {
    (cd "$root" && dotnet --version) >/dev/null 2>&1 ||
        fail "The .NET SDK 10.0 is missing. Install it (package dotnet-sdk-10.0 of Microsoft's feed on Debian and Ubuntu, or https://dot.net), then start again."
}

# Tries to fetch into the NuGet cache what standins/ stands in for; its README says why. A failed attempt is repeated after a day.
prepare_packages() {
    [[ -z ${StandIns:-} ]] || return 0
    local lacking
    lacking=$cache/no-packages-for-$(cksum <"$root/Directory.Packages.props" | cut -d' ' -f1)
    [[ -z $(find "$lacking" -mmin -1440 2>/dev/null) ]] || return 0
    [[ $(dotnet msbuild "$root/FooBar.Data/FooBar.Data.csproj" -nologo -getProperty:StandIns 2>/dev/null) == true ]] || return 0

    # In a subshell: its trap runs at once, and that of a script that ends in exec would not.
    (
        folder=$(mktemp -d)
        trap 'rm -rf "$folder"' EXIT
        cat >"$folder/fetch.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <Import Project="$root/Directory.Packages.props" />
  <PropertyGroup>
    <TargetFramework>net10.0</TargetFramework>
    <ManagePackageVersionsCentrally>false</ManagePackageVersionsCentrally>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="Aspire.Hosting.MySql;Aspire.MySqlConnector" Version="[\$(AspireVersion)]" />
  </ItemGroup>
</Project>
PROJECT
        bounded 20 dotnet restore "$folder/fetch.csproj" -v:quiet >/dev/null 2>&1 9>&-
    ) || touch "$lacking"
}

prepare_chromium() {
    has chromium && return
    # Ubuntu's package of that name only points to a snap, which needs services.
    { can_install && grep -qx 'ID=debian' /etc/os-release; } ||
        fail "Chromium is missing, and the browser tests need it. Install it (the command chromium), then start again."
    install_packages "the browser of the tests" chromium fonts-dejavu-core
}

# renders KUBECTL: whether it holds a Kustomize that knows components and labels; Debian 12's own is of 2019.
renders() { [[ $(bounded 10 "$1" version --client 2>/dev/null) =~ 'Kustomize Version: v'([0-9]+) ]] && ((BASH_REMATCH[1] >= 5)); }

# The tests render what is published. Only sid carries a kubectl of this year; it needs nothing but the C library, so it is
# unpacked beside the packages of this machine, whose own stays as it is. apt verifies it, and root is not needed.
prepare_kubectl() {
    ! renders "$cache/kubectl" && ! renders kubectl || return 0
    { has apt-get && [[ -r $debian_keyring ]]; } ||
        fail "kubectl 1.27 or later is missing, and the tests of what is published need it. Install it (https://kubernetes.io/docs/tasks/tools), then start again."
    say "Fetching kubectl from Debian's sid: it renders what is published ..."
    (
        folder=$(mktemp -d "$cache/kubectl.XXXXXX")
        trap 'rm -rf "$folder"' EXIT
        cd "$folder"
        debian_source "$folder" debian http://deb.debian.org/debian sid
        { own_apt "$folder" update && own_apt "$folder" download kubectl && dpkg-deb --extract kubectl_*.deb root; } >log 2>&1 || {
            tail -n 15 log >&2
            exit 1
        }
        mv -f root/usr/bin/kubectl "$cache/kubectl"
    ) || fail "kubectl could not be fetched (apt's last lines stand above). Install kubectl 1.27 or later by hand, then start again."
}

# The drill cuts links and fills disks with the machine's own tools.
prepare_faults() {
    has nsenter && has iptables && has mkfs.ext4 && return
    can_install || fail "nsenter, iptables or mkfs.ext4 is missing, and the drill cuts links and fills disks with them. Install util-linux, iptables and e2fsprogs, then start again."
    install_packages "the drill cuts links and fills disks with them" util-linux iptables e2fsprogs
}

# The drill moves the clocks of its databases with it, and leaves that out where it is missing. A library of Debian's stable release,
# because that runs with the C library of any MySQL image.
prepare_clock() {
    [[ ! -e $cache/libfaketime.so ]] || return 0
    { has apt-get && [[ -r $debian_keyring ]]; } || {
        say "libfaketime is missing, which comes with Debian: the drill moves no clock."
        return 0
    }
    say "Fetching libfaketime from Debian: it moves the clocks of the drill ..."
    (
        folder=$(mktemp -d "$cache/libfaketime.XXXXXX")
        trap 'rm -rf "$folder"' EXIT
        cd "$folder"
        debian_source "$folder" debian http://deb.debian.org/debian bookworm
        { own_apt "$folder" update && own_apt "$folder" download libfaketime && dpkg-deb --extract libfaketime_*.deb root; } >log 2>&1 || {
            tail -n 15 log >&2
            exit 1
        }
        mv -f root/usr/lib/*/faketime/libfaketimeMT.so.1 "$cache/libfaketime.so"
    ) || say "libfaketime could not be fetched (apt's last lines stand above): the drill moves no clock."
}

compose_answers() { docker compose version >/dev/null 2>&1 || has docker-compose; }

prepare_compose() {
    compose_answers && return
    can_install || fail "docker compose is missing, and the drill and the tests start the published compose file with it. Install it (https://docs.docker.com/compose/install), then start again."
    install_packages "it starts the published compose file" docker-compose
}

prepare_machine() {
    prepare_sdk
    one_at_a_time prepare
    prepare_engine
    prepare_image
    prepare_packages
}

prepare_done() { exec 9>&-; }

# build PROJECT builds a project, or the solution, with what it references.
build() {
    local began=$SECONDS
    say "Building ..."
    dotnet msbuild "$root/$1" -restore -m:2 -nodeReuse:false -v:minimal -nologo ||
        fail "The build failed; the errors stand above."
    say "Built in $((SECONDS - began)) s."
}
