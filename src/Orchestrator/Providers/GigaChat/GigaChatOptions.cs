using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;

namespace Orchestrator.Providers;

/// <summary>Where GigaChat is, who asks it, and how. Copied by the provider's constructor.</summary>
/// <remarks>
/// The first of these credentials that is set is used: <see cref="AccessToken"/>, <see cref="AuthorizationKey"/>, <see cref="User"/> with
/// <see cref="Password"/>; a client certificate may stand alone. What is left <see langword="null"/> is not sent, so the vendor's own
/// default holds.
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class GigaChatOptions
{
    /// <summary>The model to ask, such as <c>GigaChat-2</c>, <c>GigaChat-2-Pro</c> or <c>GigaChat-2-Max</c>. Required.</summary>
    public string Model { get; set; } = "";

    /// <summary>The address that <c>/chat/completions</c> is appended to.</summary>
    /// <value><c>https://api.giga.chat/v1</c>. The old one, <c>https://gigachat.devices.sberbank.ru/api/v1</c>, still serves existing
    /// clients.</value>
    public Uri BaseUrl { get; set; } = GigaChatEnvironment.DefaultBaseUrl;

    /// <summary>Where access tokens come from.</summary>
    /// <value><c>https://ngw.devices.sberbank.ru:9443/api/v2/oauth</c>.</value>
    public Uri AuthUrl { get; set; } = GigaChatEnvironment.DefaultAuthUrl;

    /// <summary>The authorization key of the account page: base64 of client id, colon and client secret.</summary>
    /// <value><see langword="null"/>: another credential is used.</value>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? AuthorizationKey { get; set; }

    /// <summary>What the authorization key is for.</summary>
    /// <value><see cref="GigaChatScope.Pers"/>.</value>
    public GigaChatScope Scope { get; set; }

    /// <summary>A token that was fetched elsewhere. It lives 30 minutes and cannot be renewed: then every call is refused.</summary>
    /// <value><see langword="null"/>: tokens are fetched as needed.</value>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? AccessToken { get; set; }

    /// <summary>A user of an installation that gives out tokens by name and password, at <c>{BaseUrl}/token</c>.</summary>
    /// <value><see langword="null"/>: another credential is used.</value>
    public string? User { get; set; }

    /// <summary>The password of <see cref="User"/>.</summary>
    /// <value><see langword="null"/>: none.</value>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? Password { get; set; }

    /// <summary>A client certificate with its private key, for mutual TLS. Not disposed by the provider.</summary>
    /// <value><see langword="null"/>: none, or <see cref="ClientCertificateFile"/>.</value>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public X509Certificate2? ClientCertificate { get; set; }

    /// <summary>A PEM file with a client certificate, and its key unless <see cref="ClientKeyFile"/> has it.</summary>
    /// <value><see langword="null"/>: none, or <see cref="ClientCertificate"/>.</value>
    public string? ClientCertificateFile { get; set; }

    /// <summary>A PEM file with the private key of the client certificate.</summary>
    /// <value><see langword="null"/>: the key is in <see cref="ClientCertificateFile"/>.</value>
    public string? ClientKeyFile { get; set; }

    /// <summary>The password of an encrypted private key.</summary>
    /// <value><see langword="null"/>: it is not encrypted.</value>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? ClientKeyPassword { get; set; }

    /// <summary>Roots that are trusted besides the system's, for this provider alone. The vendor's hosts are signed by the Russian Trusted
    /// Root CA, which most systems do not hold. Host names and validity are checked all the same.</summary>
    /// <value><see langword="null"/>: the system's, and those of <see cref="TrustedRootsFile"/>.</value>
    public X509Certificate2Collection? TrustedRoots { get; set; }

    /// <summary>A PEM file with roots that are trusted besides the system's, as <see cref="TrustedRoots"/>.</summary>
    /// <value><see langword="null"/>: none.</value>
    public string? TrustedRootsFile { get; set; }

    /// <summary>A name for the dialogue, sent as <c>X-Session-ID</c>: prompts of one session are cached and their repeated part is not
    /// billed.</summary>
    /// <value><see langword="null"/>: none, unless the request's <see cref="Microsoft.Extensions.AI.ChatOptions.AdditionalProperties"/>
    /// hold a text under <see cref="GigaChatProvider.SessionIdProperty"/>, which always wins.</value>
    public string? SessionId { get; set; }

    /// <summary>How repetitions are punished (<c>repetition_penalty</c>): above 0; 1 is neutral.</summary>
    /// <value><see langword="null"/>: the model's.</value>
    public float? RepetitionPenalty { get; set; }

    /// <summary>The shortest time between two events of a stream (<c>update_interval</c>).</summary>
    /// <value><see langword="null"/>: the vendor's, zero.</value>
    public TimeSpan? UpdateInterval { get; set; }

    /// <summary>Whether answers are checked for obscene words (<c>profanity_check</c>).</summary>
    /// <value><see langword="null"/>: as the account is set up.</value>
    public bool? ProfanityCheck { get; set; }

    /// <summary>Further fields of every request's body, such as <c>flags</c> or <c>storage</c>. What the provider writes itself, and
    /// <c>AdditionalProperties</c> of a request's options, win.</summary>
    /// <value><see langword="null"/>: none.</value>
    public JsonObject? ExtraBody { get; set; }

    /// <summary>What the model can do beyond text.</summary>
    /// <value>All but <see cref="ProviderCapabilities.Images"/>: an image must be uploaded first, and is then sent as a
    /// <see cref="Microsoft.Extensions.AI.HostedFileContent"/>.</value>
    public ProviderCapabilities Capabilities { get; set; } = ProviderCapabilities.All & ~ProviderCapabilities.Images;

    /// <summary>The number of tokens that prompt and answer may have together.</summary>
    /// <value><see langword="null"/>: 131,072 for the models that are known to have it, else unknown.</value>
    public int? ContextWindow { get; set; }

    /// <summary>How many generations run at the same time; the vendor refuses more.</summary>
    /// <value><see langword="null"/>: 1 for <see cref="GigaChatScope.Pers"/>, 10 for companies.</value>
    public int? MaxConcurrency { get; set; }

    /// <summary>Further headers of every request to the API; values are visible ASCII.</summary>
    /// <value>Empty.</value>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What happens to an event of a stream that cannot be read.</summary>
    /// <value><see cref="MalformedEventAction.SkipOne"/>.</value>
    public MalformedEventAction MalformedEvents { get; set; }

    /// <summary>Settings from the environment, by the names of the vendor's own clients: <c>GIGACHAT_CREDENTIALS</c>, <c>_SCOPE</c>,
    /// <c>_MODEL</c>, <c>_BASE_URL</c>, <c>_AUTH_URL</c>, <c>_ACCESS_TOKEN</c>, <c>_USER</c>, <c>_PASSWORD</c>, <c>_CA_BUNDLE_FILE</c>,
    /// <c>_CERT_FILE</c>, <c>_KEY_FILE</c>, <c>_KEY_FILE_PASSWORD</c>.</summary>
    /// <param name="model">The model to ask; <see langword="null"/> for that of <c>GIGACHAT_MODEL</c>.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">A variable cannot be used, or credentials or model are missing; the message names the
    /// variable, never its value.</exception>
    public static GigaChatOptions FromEnvironment(string? model = null) => FromEnvironment(model, Environment.GetEnvironmentVariable);

    internal static GigaChatOptions FromEnvironment(string? model, Func<string, string?> environment)
    {
        try
        {
            return GigaChatEnvironment.Read(model, environment);
        }
        catch (ArgumentException error)
        {
            throw new InvalidOperationException(error.Plain());
        }
    }

    /// <summary>Addresses, scope and model; no key, token or password.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() =>
        $"GigaChatOptions {{ BaseUrl = {HttpAddress.Shown(BaseUrl)}, AuthUrl = {HttpAddress.Shown(AuthUrl)}, "
            + $"Scope = {Scope}, Model = {Model} }}";
}
