namespace Orchestrator;

/// <summary>A provider's permit that an attempt begins with.</summary>
/// <param name="Provider">The provider.</param>
/// <param name="Role">Why it is asked.</param>
/// <param name="Ticket">What its state gave out for the attempt.</param>
/// <param name="Since">When the permit was granted, as a stamp.</param>
internal readonly record struct GrantedPermit(RegisteredProvider Provider, AttemptRole Role, AttemptTicket Ticket, long Since);
