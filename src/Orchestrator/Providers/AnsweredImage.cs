using Microsoft.Extensions.AI;

namespace Orchestrator.Providers;

/// <summary>An image in an answer.</summary>
internal static class AnsweredImage
{
    private const string Data = "data:";

    /// <summary>The image at an address, or in it; null for an address that is none.</summary>
    public static AIContent? Of(string? url)
    {
        if (string.IsNullOrWhiteSpace(url))
            return null;
        try
        {
            return url.StartsWith(Data, StringComparison.OrdinalIgnoreCase) ? new DataContent(url)
                : Uri.TryCreate(url, UriKind.Absolute, out var address) ? new UriContent(address, "image/*")
                : null;
        }
        catch (Exception error) when (error is ArgumentException or FormatException)
        {
            return null;
        }
    }
}
