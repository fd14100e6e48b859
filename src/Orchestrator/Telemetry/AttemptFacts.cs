namespace Orchestrator;

/// <summary>What the record of an attempt does not hold, for its span and its meters.</summary>
/// <param name="VendorName">The vendor's name in the conventions.</param>
/// <param name="ResponseId">The vendor's id of the answer; null for none.</param>
/// <param name="ResponseModel">The model that the vendor says has answered; null for none.</param>
/// <param name="FinishReason">The last finish reason; null for none.</param>
internal readonly record struct AttemptFacts(string VendorName, string? ResponseId, string? ResponseModel, string? FinishReason);
