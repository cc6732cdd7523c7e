using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FooBar.ServiceDefaults.Startup;

namespace FooBar.Gateway.Listening;

/// <summary>
/// A certificate of our own making for https on a developer's machine. Gateways share it: the first one makes it, under a
/// lock, in the user's data folder (<c>$XDG_DATA_HOME/foobar</c>, else <c>~/.local/share/foobar</c>), readable by that user only.
/// </summary>
internal sealed class DevelopmentCertificate(string folder, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewalMargin = TimeSpan.FromDays(30);
    private static readonly TimeSpan LockWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(50);

    public static string UsersFolder => System.IO.Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "foobar");

    public string Path => System.IO.Path.Combine(folder, "gateway.pfx");

    public static DateTimeOffset RenewalOf(X509Certificate2 certificate) => certificate.NotAfter - RenewalMargin;

    public async Task<X509Certificate2> LoadOrCreateAsync(CancellationToken ct)
    {
        try
        {
            CreateFolder();
            await using var held = await LockAsync(ct);
            return Load() ?? Create();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new StartupException(
                $"the development certificate cannot be kept in '{folder}', {failure.Message.TrimEnd('.')}: make that folder " +
                "writable, set XDG_DATA_HOME to one that is, or give a certificate as Gateway__Certificate__Path.", failure);
        }
    }

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    /// <summary>The operating system gives the lock back when its holder dies.</summary>
    private async Task<FileStream> LockAsync(CancellationToken ct)
    {
        var deadline = time.GetUtcNow() + LockWithin;
        while (true)
        {
            try
            {
                return new FileStream($"{Path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (time.GetUtcNow() < deadline)
            {
                await Task.Delay(LockPause, time, ct);
            }
        }
    }

    /// <summary>Null for a certificate that is absent, damaged, about to expire, or for other names than today's.</summary>
    private X509Certificate2? Load()
    {
        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(Path, password: null);
            if (RenewalOf(certificate) > time.GetUtcNow() && SelfSigned.CoversAllNames(certificate))
            {
                return certificate;
            }

            certificate.Dispose();
        }
        catch (Exception failure) when (failure is CryptographicException or FileNotFoundException)
        {
            // The next one takes its place.
        }

        return null;
    }

    private X509Certificate2 Create()
    {
        var now = time.GetUtcNow();
        using var made = SelfSigned.Create(now, now + Lifetime);

        // Never a moment in which another process sees half a file or one that others may read.
        var fresh = $"{Path}.new";
        File.Delete(fresh);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(fresh, options))
        {
            file.Write(made.Export(X509ContentType.Pkcs12));
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, Path, overwrite: true);
        return X509CertificateLoader.LoadPkcs12FromFile(Path, password: null);
    }
}
