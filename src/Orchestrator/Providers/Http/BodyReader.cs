namespace Orchestrator.Providers;

/// <summary>Reads bodies, at once or piece by piece, within bounds.</summary>
internal sealed class BodyReader(ResponseErrors errors, TimeProvider time)
{
    private static readonly TimeSpan ForErrorBody = TimeSpan.FromSeconds(5);

    public async ValueTask<Stream> OpenAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            throw errors.Seen(ExceptionMapper.Map(error, cancellationToken, started: true), response);
        }
    }

    /// <summary>Whether a body begins as JSON does, whatever its label says. Its bytes can be read all the same.</summary>
    public async ValueTask<bool> BeginsAsJsonAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = new PeekedStream(await OpenAsync(response, cancellationToken).ConfigureAwait(false));
        try
        {
            var first = await body.PeekAsync(cancellationToken).ConfigureAwait(false);
            var content = new StreamContent(body);
            foreach (var (name, values) in response.Content.Headers.NonValidated)
                content.Headers.TryAddWithoutValidation(name, values);
            response.Content = content;
            return first is null or (byte)'{' or (byte)'[';
        }
        catch (Exception error)
        {
            throw errors.Seen(ExceptionMapper.Map(error, cancellationToken, started: true), response);
        }
    }

    public async ValueTask<PooledBytes> ReadAsync(HttpResponseMessage response, int cap, CancellationToken cancellationToken)
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
            throw errors.Seen(ExceptionMapper.Map(error, cancellationToken, started: true), response);
        }
    }

    /// <summary>As much of an error's body as arrives. A body that is cut, late or broken must not hide the status, which is known
    /// already.</summary>
    public async ValueTask<PooledBytes> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = new PooledBytes();
        try
        {
            using var enough = new CancellationTokenSource(ForErrorBody, time);
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

    /// <summary>Reads more bytes; false at the end.</summary>
    /// <param name="lines">Receives them.</param>
    /// <param name="response">The response they are the body of.</param>
    /// <param name="left">How long a server may still take after a complete answer; null while it is incomplete.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async ValueTask<bool> FillAsync(
        LineReader lines, HttpResponseMessage response, TimeSpan? left, CancellationToken cancellationToken)
    {
        try
        {
            if (left is not { } rest)
                return await lines.FillAsync(cancellationToken).ConfigureAwait(false);
            // The answer is complete; only usage can follow. A server that keeps the connection open must not delay the answer.
            if (rest <= TimeSpan.Zero)
                return false;
            using var enough = new CancellationTokenSource(rest, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, enough.Token);
            return await lines.FillAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception) when (left is not null && !cancellationToken.IsCancellationRequested)
        {
            // The answer was complete before the connection broke: some servers drop it right after the last event.
            return false;
        }
        catch (Exception error)
        {
            // The status had arrived: the answer broke off, the connection attempt did not fail.
            throw errors.Seen(ExceptionMapper.Map(error, cancellationToken, started: true), response);
        }
    }

    /// <summary>Reads a body to its end; false when it goes on beyond the cap.</summary>
    private static async ValueTask<bool> TryReadAsync(
        HttpResponseMessage response, PooledBytes body, int cap, CancellationToken cancellationToken)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        // Content-Length is too large: nothing is read.
        if (response.Content.Headers.ContentLength > cap)
            return false;
        while (body.Length < cap)
        {
            var read = await stream.ReadAsync(body.Room(cap), cancellationToken).ConfigureAwait(false);
            body.Advance(read);
            if (read == 0)
                return true;
        }

        return false;
    }
}
