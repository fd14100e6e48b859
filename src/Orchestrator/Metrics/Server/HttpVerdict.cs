namespace Orchestrator;

/// <summary>The result of parsing the bytes received so far.</summary>
/// <param name="Status">0: more bytes are needed; 200: the page is requested; any other: the status to answer.</param>
/// <param name="Length">The length of the head, when it is complete and valid.</param>
/// <param name="IsHead">Whether it is a HEAD request.</param>
/// <param name="KeepAlive">Whether the connection may serve another request.</param>
/// <param name="Gzip">Whether the page is to be compressed.</param>
internal readonly record struct HttpVerdict(int Status, int Length = 0, bool IsHead = false, bool KeepAlive = false, bool Gzip = false);
