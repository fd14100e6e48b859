using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>Which model a wrapped client is asked for.</summary>
/// <param name="Id">What to write into the options; <see langword="null"/> when only the client knows its model.</param>
/// <param name="IsClientDefault">Whether the client takes it by itself when the options name none.</param>
internal readonly record struct ChatModel(string? Id, bool IsClientDefault)
{
    private const string UnknownModel = "default";
    private const string UnknownVendor = "unknown";

    public static (ProviderInfo Info, ChatModel Model) Settle(string name, ProviderInfo? info, ChatClientMetadata? metadata)
    {
        var own = string.IsNullOrWhiteSpace(metadata?.DefaultModelId) ? null : metadata.DefaultModelId;
        var endpoint = HttpAddress.ServerOf(metadata?.ProviderUri);
        if (info is not null)
        {
            if (info.Name != name)
                info = info with { Name = name };
            if (info.Endpoint is null && endpoint is not null)
                info = info with { Endpoint = endpoint };
            return (info, new(info.Model, info.Model == own));
        }

        var vendor = string.IsNullOrWhiteSpace(metadata?.ProviderName) ? UnknownVendor : metadata.ProviderName.ToLowerInvariant();
        return (new(name, vendor, own ?? UnknownModel) { Endpoint = endpoint }, new(own, IsClientDefault: true));
    }

    /// <summary>A copy of the caller's options that leads to this model; null where the client's own defaults do.</summary>
    public ChatOptions? OptionsFor(ChatOptions? options)
    {
        var copy = RequestCopy.Of(options);
        if (options?.ModelId is { } asked ? asked == Id : IsClientDefault)
            return copy;

        // The caller named an alias or the provider, or the client has another default model.
        copy ??= new ChatOptions();
        copy.ModelId = Id;
        return copy;
    }
}
