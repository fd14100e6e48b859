using System.Text;

namespace Orchestrator.BadLuck;

/// <summary>The body of an answer, whose pieces arrive in virtual time. Ends its visit when it is read or disposed.</summary>
internal sealed class AnswerStream(Visit visit, WorldClock clock) : Stream
{
    private static readonly byte[] Word = Event("""{"index":0,"delta":{"content":"word "}}""");
    private static readonly byte[] Argument = Event("""{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":" "}}]}}""");
    private static readonly byte[] Stop = End("stop");
    private static readonly byte[] ToolCalls = End("tool_calls");

    private readonly bool _isToolCall = visit.Call.Kind is CallKind.ToolCall or CallKind.SlowArguments;
    private ReadOnlyMemory<byte> _rest;
    private int _next;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var call = visit.Call;
        if (_rest.IsEmpty)
        {
            if (_next > call.Pieces + 1)
            {
                visit.Vendor.End(visit);
                return 0;
            }

            if (_next > 0 && _next <= call.Pieces)
                await clock.DelayAsync(call.Gap, cancellationToken);
            _rest = Piece(_next++, call);
        }

        var count = Math.Min(_rest.Length, buffer.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        visit.Vendor.End(visit);
        base.Dispose(disposing);
    }

    private byte[] Piece(int number, Call call)
    {
        if (number > call.Pieces)
            return _isToolCall ? ToolCalls : Stop;
        if (number > 0)
            return _isToolCall ? Argument : Word;
        return _isToolCall
            ? Event($$$"""
                {"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"t{{{call.Id}}}","type":"function",
                """.Trim() + """
                "function":{"name":"look","arguments":"{}"}}]}}
                """.Trim())
            : Event($$$"""{"index":0,"delta":{"role":"assistant","content":"{{{call.Id}}} "}}""");
    }

    private static byte[] Event(string choice) =>
        Encoding.UTF8.GetBytes($"data: {{\"id\":\"r\",\"model\":\"m\",\"choices\":[{choice}]}}\n\n");

    private static byte[] End(string reason) =>
    [
        .. Event($$$"""{"index":0,"delta":{},"finish_reason":"{{{reason}}}"}"""),
        .. """data: {"id":"r","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":5,"total_tokens":12}}"""u8,
        .. "\n\ndata: [DONE]\n\n"u8,
    ];
}
