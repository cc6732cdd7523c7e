namespace Aspire.Hosting.Run;

/// <summary>A lock between processes, held as long as the file is open; a process that is killed lets go of it.</summary>
internal static class FileLock
{
    public static async Task<FileStream> AcquireAsync(string path, TimeSpan limit, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(limit);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new DistributedApplicationException($"Another process has held {path} for {limit.TotalSeconds} s: end it, or delete the file.", e);
            }
            catch (IOException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
            }
        }
    }
}
