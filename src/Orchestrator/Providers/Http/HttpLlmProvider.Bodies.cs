namespace Orchestrator.Providers;

// Reads bodies whole, within their bounds.
public abstract partial class HttpLlmProvider
{
    private static async ValueTask<Stream> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (!ExceptionMapper.Passes(error, cancellationToken))
        {
            throw ExceptionMapper.Map(error, cancellationToken);
        }
    }

    private static async ValueTask<PooledBytes> ReadBodyAsync(HttpResponseMessage response, int cap, CancellationToken cancellationToken)
    {
        var body = new PooledBytes();
        try
        {
            return await TryReadAsync(response, body, cap, cancellationToken).ConfigureAwait(false)
                ? body
                : throw LineReader.TooLarge($"a body of more than {cap >> 20} MiB");
        }
        catch (Exception error)
        {
            body.Dispose();
            if (ExceptionMapper.Passes(error, cancellationToken))
                throw;
            throw ExceptionMapper.Map(error, cancellationToken, started: true);
        }
    }

    /// <summary>What can be had of an error's body. The status is known already: a body that is cut, late or broken must not hide it.</summary>
    private async ValueTask<PooledBytes> ReadErrorBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = new PooledBytes();
        try
        {
            using var enough = new CancellationTokenSource(ForErrorBody, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, enough.Token);
            await TryReadAsync(response, body, HttpCaps.ErrorBody, either.Token).ConfigureAwait(false);
            return body;
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            return body;
        }
        catch
        {
            body.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw;
        }
    }

    /// <summary>Reads a body to its end; false when it goes on beyond the cap.</summary>
    private static async ValueTask<bool> TryReadAsync(HttpResponseMessage response, PooledBytes body, int cap, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        while (body.Length < cap)
        {
            var read = await stream.ReadAsync(body.Room(cap), cancellationToken).ConfigureAwait(false);
            if (read == 0)
                return true;
            body.Advance(read);
        }

        return false;
    }
}
