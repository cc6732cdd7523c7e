using System.Diagnostics;

namespace FooBar.Tests.Support.Publishing;

/// <summary>
/// A kubectl that keeps secrets as folders with a file for each entry, and writes down with which arguments it and openssl were
/// started: what a program is started with, everybody on the machine can read.
/// </summary>
internal sealed class RecordingCluster
{
    private readonly string folder;

    public RecordingCluster(string folder, params string[] namespaces)
    {
        this.folder = folder;
        Directory.CreateDirectory(Bin);
        Directory.CreateDirectory(Temporary);
        foreach (var name in namespaces)
        {
            Directory.CreateDirectory(Path.Combine(folder, "namespaces", name));
        }

        Program("kubectl", Kubectl);
        Program("openssl", $"echo \"openssl $*\" >>\"$RECORDS/calls\"\nPATH=${{PATH#*:}} exec openssl \"$@\"\n");
    }

    private string Bin => Path.Combine(folder, "bin");

    /// <summary>Where the program that runs keeps what is only for the moment.</summary>
    public string Temporary => Path.Combine(folder, "tmp");

    /// <summary>Every program that was started, with its arguments.</summary>
    public string Calls => File.Exists(Path.Combine(folder, "calls")) ? File.ReadAllText(Path.Combine(folder, "calls")) : "";

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Secrets => SecretsIn("foobar");

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> SecretsIn(string name) =>
        Directory.GetDirectories(Path.Combine(folder, "namespaces", name)).ToDictionary(
            secret => Path.GetFileName(secret),
            IReadOnlyDictionary<string, string> (secret) => Directory.GetFiles(secret).ToDictionary(file => Path.GetFileName(file), File.ReadAllText));

    public void Remove(string secret) => Directory.Delete(Path.Combine(folder, "namespaces", "foobar", secret), recursive: true);

    /// <summary>Makes the creation of one secret fail, as a cluster does that is just going away.</summary>
    public void Refuse(string secret) => File.WriteAllText(Path.Combine(folder, "refuse"), secret);

    public Task<ProgramRun> RunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("bash", [program, .. arguments]);
        start.Environment["PATH"] = $"{Bin}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["RECORDS"] = folder;
        start.Environment["TMPDIR"] = Temporary;
        return ProgramRun.OfAsync(start, TimeSpan.FromSeconds(30));
    }

    private void Program(string name, string text)
    {
        var path = Path.Combine(Bin, name);
        File.WriteAllText(path, $"#!/usr/bin/env bash\nset -euo pipefail\n{text}");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private const string Kubectl = """
        echo "kubectl $*" >>"$RECORDS/calls"
        fail() { echo "Error from server: $*" >&2; exit 1; }
        if [[ "$1 $2" == "get namespace" ]]; then
            [[ -d $RECORDS/namespaces/$3 ]] || fail "namespaces \"$3\" not found"
            exit
        fi
        [[ $1 == --namespace ]] || fail "no namespace is named"
        namespace=$RECORDS/namespaces/$2
        shift 2
        case "$1 $2" in
            "get secret")
                if [[ $4 == --ignore-not-found ]]; then
                    [[ ! -d $namespace/$3 ]] || echo "secret/$3"
                    exit
                fi
                [[ -d $namespace/$3 && $5 == 'go-template={{index .data "'*'" | base64decode}}' ]] || fail "$* is not known here"
                entry=${5#*\"}
                cat "$namespace/$3/${entry%%\"*}"
                ;;
            "create secret")
                type=$3 name=$4
                [[ ! -f $RECORDS/refuse || $(<"$RECORDS/refuse") != "$name" ]] || fail "the server is going away"
                mkdir "$namespace/$name" 2>/dev/null || fail "secrets \"$name\" already exists"
                for argument in "${@:5}"; do
                    file=${argument#*=}
                    [[ -f $file ]] || fail "$file is no file"
                    case "$type $argument" in
                        "generic --from-file="*) cp "$file" "$namespace/$name/" ;;
                        "generic --from-env-file="*)
                            while IFS='=' read -r key value; do printf %s "$value" >"$namespace/$name/$key"; done <"$file"
                            ;;
                        "tls --cert="*) cp "$file" "$namespace/$name/tls.crt" ;;
                        "tls --key="*) cp "$file" "$namespace/$name/tls.key" ;;
                        *) fail "$argument is not known here" ;;
                    esac
                done
                echo "secret/$name created"
                ;;
            *) fail "$* is not known here" ;;
        esac

        """;
}
