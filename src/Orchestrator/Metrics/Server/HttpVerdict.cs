namespace Orchestrator;

/// <summary>What the bytes received so far amount to.</summary>
/// <param name="Status">0: more bytes are needed; 200: a page is wanted; anything else: answer that.</param>
/// <param name="Length">The length of the head, when it is complete and in order.</param>
/// <param name="IsHead">Whether only the head of the answer is wanted.</param>
/// <param name="KeepAlive">Whether the connection may serve another request.</param>
/// <param name="Gzip">Whether the page may be, and preferably is, compressed.</param>
internal readonly record struct HttpVerdict(int Status, int Length = 0, bool IsHead = false, bool KeepAlive = false, bool Gzip = false);
