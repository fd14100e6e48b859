namespace Orchestrator.Testing;

/// <summary>
/// Something that goes wrong, or only differently, with one answer of a fake server. Put into its script with
/// <see cref="FakeLlmServer.Enqueue(Fault[])"/>. Immutable; several are joined with <see cref="And"/>.
/// </summary>
public sealed partial class Fault
{
    private readonly Action<ReplyPlan, FaultContext> _apply;
    private readonly string _name;

    private Fault(string name, Action<ReplyPlan, FaultContext> apply)
    {
        _name = name;
        _apply = apply;
    }

    /// <summary>Nothing goes wrong: a place in the script for a good answer.</summary>
    public static Fault None { get; } = new("none", static (_, _) => { });

    /// <summary>This and another fault on the same answer, in this order.</summary>
    /// <param name="other">The other fault.</param>
    /// <returns>Both as one.</returns>
    public Fault And(Fault other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new Fault($"{_name}, {other._name}", (plan, context) =>
        {
            _apply(plan, context);
            other._apply(plan, context);
        });
    }

    /// <summary>What it does, in short.</summary>
    /// <returns>Its name and figures.</returns>
    public override string ToString() => _name;

    internal void Apply(ReplyPlan plan, FaultContext context) => _apply(plan, context);

    private static Fault Of(FormattableString name, Action<ReplyPlan, FaultContext> apply) => new(FormattableString.Invariant(name), apply);
}

/// <summary>What a fault may ask: how the vendor says things, and what it was asked.</summary>
internal readonly record struct FaultContext(FakeLlmServer Server, CapturedRequest Request);
