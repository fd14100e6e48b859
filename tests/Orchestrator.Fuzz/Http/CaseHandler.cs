using System.IO.Compression;
using System.Net;

namespace Orchestrator.Fuzz;

/// <summary>Answers requests with the current input, without a socket.</summary>
internal sealed class CaseHandler(
    Func<HttpRequestMessage, bool> isFuzzed, Func<HttpRequestMessage, HttpResponseMessage>? other) : HttpMessageHandler
{
    /// <summary>The input, set before each reading.</summary>
    public FuzzCase Input { get; set; } = new();

    /// <summary>The body of the last answer.</summary>
    public PiecedStream? Body { get; set; }

    /// <summary>How often the input went out: again after refused credentials.</summary>
    public int Served { get; set; }

    /// <summary>Where the caller's cancellation comes from, when the input has one.</summary>
    public CancellationTokenSource? Caller { get; set; }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!isFuzzed(request))
            return Task.FromResult(other?.Invoke(request) ?? throw new InvalidOperationException($"Nothing answers {request.RequestUri}."));
        Served++;
        Stream body = Body = new PiecedStream(Input, Caller);
        if (Input.UnzippedLength is not null)
            body = new GZipStream(body, CompressionMode.Decompress);
        var response = new HttpResponseMessage((HttpStatusCode)Input.Status)
        {
            Content = new StreamContent(body),
            RequestMessage = request
        };
        foreach (var (name, value) in Input.Headers)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
                response.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return Task.FromResult(response);
    }
}
