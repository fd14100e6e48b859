namespace Orchestrator;

/// <summary>What a plan is made from.</summary>
/// <param name="Call">The call.</param>
/// <param name="Binding">The providers that are left to ask, and what the call is bound to.</param>
/// <param name="Turns">The turns of all that may serve it, asked already or not.</param>
/// <param name="IsFirst">Whether the call has made no attempt yet.</param>
/// <param name="At">The time to go by; null for the time when it is made.</param>
internal readonly record struct PlanInput(CallInput Call, CallBinding Binding, CallTurns Turns, bool IsFirst, long? At);
