namespace Orchestrator.Providers;

/// <summary>The addresses of Azure OpenAI: <c>/openai/v1</c>, or the classic one by deployment and dated version.</summary>
internal static class AzureAddress
{
    public const string Example = "https://name.openai.azure.com";

    /// <param name="endpoint">The resource's address; <c>/openai/v1</c> or <c>/openai</c> may follow, as the portal shows it.</param>
    /// <param name="deployment">The deployment.</param>
    /// <param name="apiVersion">The dated version; null for none.</param>
    /// <param name="setting">The name of the address, for messages.</param>
    /// <exception cref="ArgumentException">It is no address that paths can be appended to.</exception>
    public static Uri Of(Uri endpoint, string deployment, string? apiVersion, string setting)
    {
        var root = HttpAddress.Without(HttpAddress.Without(HttpAddress.Checked(endpoint, setting, Example), "/v1"), "/openai");
        return HttpAddress.Combine(
            root, apiVersion is null ? "openai/v1" : $"openai/deployments/{Uri.EscapeDataString(deployment)}");
    }
}
