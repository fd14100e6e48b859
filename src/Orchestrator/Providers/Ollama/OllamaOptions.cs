using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Orchestrator.Providers;

/// <summary>Where Ollama is and how its model is run. Copied by the provider's constructor.</summary>
/// <remarks>Defaults of Ollama as of August 2026; what is left <see langword="null"/> is not sent, so the server's own setting
/// holds.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class OllamaOptions
{
    /// <summary>The model, with or without a tag. Required.</summary>
    public string Model { get; set; } = "";

    /// <summary>The address that <c>/api/chat</c> is appended to.</summary>
    /// <value><c>http://localhost:11434</c>.</value>
    public Uri BaseUrl { get; set; } = OllamaEnvironment.Default;

    /// <summary>A key for Ollama's cloud, sent as a bearer token.</summary>
    /// <value><see langword="null"/>: none, as a local server needs none.</value>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? ApiKey { get; set; }

    /// <summary>The tokens that prompt and answer share (<c>num_ctx</c>). Changing it makes the server load the model anew.</summary>
    /// <value><see langword="null"/>: the server's, 4,096 on most machines.</value>
    public int? ContextLength { get; set; }

    /// <summary>How long the model stays in memory after a call (<c>keep_alive</c>); <see cref="Timeout.InfiniteTimeSpan"/> for
    /// ever.</summary>
    /// <value><see langword="null"/>: the server's, five minutes.</value>
    public TimeSpan? KeepAlive { get; set; }

    /// <summary>Whether a model that can think does so (<c>think</c>).</summary>
    /// <value><see langword="null"/>: the model's own way, unless the request's reasoning options say more.</value>
    public bool? Think { get; set; }

    /// <summary>Whether a prompt that is too long is cut silently. With <see langword="false"/> the server refuses it, and larger windows
    /// are tried.</summary>
    /// <value><see langword="null"/>: the server's, which cuts; the router then warns when it can tell.</value>
    public bool? Truncate { get; set; }

    /// <summary>Further entries of the request's <c>options</c>, such as <c>repeat_penalty</c> or <c>num_gpu</c>.</summary>
    /// <value>Empty.</value>
    public IDictionary<string, double> ModelOptions { get; } = new Dictionary<string, double>(StringComparer.Ordinal);

    /// <summary>Further fields of every request's body; the members of its <c>options</c> are added to those of the request. What the
    /// provider writes itself, and <c>AdditionalProperties</c> of a request's options, win.</summary>
    /// <value><see langword="null"/>: none.</value>
    public JsonObject? ExtraBody { get; set; }

    /// <summary>What the model can do beyond text.</summary>
    /// <value><see cref="ProviderCapabilities.All"/>; <see cref="OllamaProvider.DescribeAsync"/> tells what the server says.</value>
    public ProviderCapabilities Capabilities { get; set; } = ProviderCapabilities.All;

    /// <summary>What happens to a line of a stream that cannot be read.</summary>
    /// <value><see cref="MalformedEventAction.SkipOne"/>.</value>
    public MalformedEventAction MalformedEvents { get; set; }

    /// <summary>Address and key from the environment: <c>OLLAMA_HOST</c> and <c>OLLAMA_API_KEY</c>, as Ollama's own clients take
    /// them.</summary>
    /// <remarks>The address may be <c>host</c>, <c>host:port</c> or a whole one. A server's wildcard, <c>0.0.0.0</c>, means this
    /// machine.</remarks>
    /// <param name="model">The model to ask; there is no variable for it.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">A variable cannot be used, or the key is missing for Ollama's cloud; the message names
    /// the variable, never its value.</exception>
    public static OllamaOptions FromEnvironment(string model) => FromEnvironment(model, Environment.GetEnvironmentVariable);

    internal static OllamaOptions FromEnvironment(string model, Func<string, string?> environment)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        try
        {
            var address = OllamaEnvironment.Address(environment) ?? OllamaEnvironment.Default;
            var key = OllamaEnvironment.KeyFor(address, environment);
            if (key is null && OllamaEnvironment.NeedsKey(address))
            {
                throw new InvalidOperationException(
                    $"The environment variable {OllamaEnvironment.ApiKey} is not set, and {address.Host} answers no request without a key. "
                        + "Set it.");
            }

            if (key is not null)
                HeaderValue.Checked(key, $"The environment variable {OllamaEnvironment.ApiKey}");
            return new OllamaOptions { Model = model, BaseUrl = address, ApiKey = key };
        }
        catch (ArgumentException error)
        {
            throw new InvalidOperationException(error.Plain());
        }
    }

    /// <summary>Address and model; no key.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() => $"OllamaOptions {{ BaseUrl = {HttpAddress.Shown(BaseUrl)}, Model = {Model} }}";
}
