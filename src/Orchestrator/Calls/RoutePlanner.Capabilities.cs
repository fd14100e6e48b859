namespace Orchestrator;

/// <summary>Those of the providers that have what a request needs.</summary>
internal sealed partial class RoutePlanner
{
    private static RegisteredProvider[] Capable(RegisteredProvider[] providers, LlmRequest request)
    {
        var needed = RequestNeeds.Of(request);
        if (needed == ProviderCapabilities.None)
            return providers;
        var able = Array.FindAll(providers, s => (s.Info.Capabilities & needed) == needed);
        if (able.Length > 0)
            return able;
        var what = string.Join("; ", providers.Select(s => $"{s.Info.Name} lacks {needed & ~s.Info.Capabilities}"));
        throw new LlmException(
            LlmErrorKind.NoCandidate,
            $"The request needs {needed}, and no provider that could serve it has all of that: {what}. "
            + "Add a provider that can, or set ProviderInfo.Capabilities if one of these can after all.");
    }
}
