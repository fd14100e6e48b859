using System.Text;
using Orchestrator.Soak;

namespace Orchestrator.TwoTenants;

/// <summary>Compares a request's bytes, as they come, with the only ones that its beginning allows.</summary>
internal sealed class BodyCheck(char tenant, Violations violations)
{
    private readonly byte[] _head = new byte[Prompt.HeadLength];
    private Prompt? _prompt;
    private bool _broken;

    public long Length { get; private set; }

    /// <summary>Whether all of the request was read.</summary>
    public bool IsWhole { get; private set; }

    public void Take(ReadOnlySpan<byte> bytes)
    {
        if (_broken)
            return;
        if (Length < _head.Length)
        {
            var part = bytes[..(int)Math.Min(bytes.Length, _head.Length - Length)];
            part.CopyTo(_head.AsSpan((int)Length));
            Length += part.Length;
            bytes = bytes[part.Length..];
            if (Length < _head.Length)
                return;
            _prompt = Prompt.Read(tenant, _head);
            if (_prompt is null)
            {
                Break(_head);
                return;
            }
        }

        if (!_prompt!.Matches(bytes, Length))
            Break(bytes);
        Length += bytes.Length;
    }

    /// <summary>The sender says that this was all.</summary>
    public void Ended()
    {
        IsWhole = !_broken && _prompt?.Total == Length;
        if (!IsWhole && !_broken && Length > 0)
            Break(_head);
    }

    /// <summary>No more comes: what was too short to tell its call is looked at.</summary>
    public void End()
    {
        if (_prompt is null && !_broken && !Prompt.MayBegin(tenant, _head.AsSpan(0, (int)Length)))
            Break(_head);
    }

    private void Break(ReadOnlySpan<byte> bytes)
    {
        _broken = true;
        violations.Add($"server of {tenant}, after {Length} bytes: {Encoding.Latin1.GetString(bytes[..Math.Min(100, bytes.Length)])}");
    }
}
