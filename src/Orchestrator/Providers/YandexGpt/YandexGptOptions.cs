using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Orchestrator.Providers;

/// <summary>Which model of Yandex AI Studio is asked, on whose account and how. Copied by the provider's constructor.</summary>
/// <remarks>Exactly one of <see cref="ApiKey"/>, <see cref="ServiceAccountKeyFile"/>, <see cref="UseMetadata"/> and <see cref="IamToken"/>
/// is set.</remarks>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class YandexGptOptions
{
    /// <summary>The model: a name such as <c>yandexgpt-5-pro</c>, with or without the version <c>/latest</c>, <c>/rc</c> or
    /// <c>/deprecated</c>; or a whole URI, <c>gpt://folder/model</c> or <c>ds://…</c> for a tuned one, which is sent as it is.
    /// Required.</summary>
    public string Model { get; set; } = "";

    /// <summary>The address that <c>/completion</c> is appended to. One without a path gets <c>/foundationModels/v1</c>.</summary>
    /// <value><c>https://llm.api.cloud.yandex.net/foundationModels/v1</c>.</value>
    public Uri BaseUrl { get; set; } = YandexGptEnvironment.Default;

    /// <summary>The id of the folder, such as <c>b1g…</c>. Goes into the model's URI and the header <c>x-folder-id</c>.</summary>
    /// <value><see langword="null"/>: the folder in the model's URI; required when <see cref="Model"/> is a name.</value>
    public string? FolderId { get; set; }

    /// <summary>An API key of a service account, with the scope <c>yc.ai.languageModels.execute</c>. Sent as
    /// <c>Authorization: Api-Key …</c>.</summary>
    /// <value><see langword="null"/>: none.</value>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? ApiKey { get; set; }

    /// <summary>A ready IAM token. It lives 12 hours at most and cannot be renewed here: for trying things out.</summary>
    /// <value><see langword="null"/>: none.</value>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public string? IamToken { get; set; }

    /// <summary>The path of a service account's authorized key, the JSON file of <c>yc iam key create</c>. Read once, by the constructor;
    /// IAM tokens are made from it as they are needed, hourly and once after a 401.</summary>
    /// <value><see langword="null"/>: none.</value>
    public string? ServiceAccountKeyFile { get; set; }

    /// <summary>Whether IAM tokens come from the metadata service of the virtual machine, for the service account linked to it.</summary>
    /// <value><see langword="false"/>.</value>
    public bool UseMetadata { get; set; }

    /// <summary>Where IAM tokens are made from a key. An address without a path gets <c>/iam/v1/tokens</c>.</summary>
    /// <value><c>https://iam.api.cloud.yandex.net/iam/v1/tokens</c>.</value>
    public Uri IamUrl { get; set; } = YandexGptEnvironment.DefaultIam;

    /// <summary>The metadata service's address, without a path. It is asked past any proxy; where its address is the usual one, or another
    /// that only this machine can mean, by a client of the provider's own, also when an <see cref="HttpClient"/> was handed in.</summary>
    /// <value><c>http://169.254.169.254</c>.</value>
    public Uri MetadataUrl { get; set; } = YandexGptEnvironment.DefaultMetadata;

    /// <summary>Whether Yandex may keep requests and answers. With <see langword="false"/> the header <c>x-data-logging-enabled: false</c>
    /// is sent.</summary>
    /// <value><see langword="false"/>; Yandex's own default is to keep them.</value>
    public bool DataLogging { get; set; }

    /// <summary>Whether a model that can reason does so, hidden (<c>reasoningOptions</c>). The request's reasoning options say
    /// more.</summary>
    /// <value><see langword="null"/>: the model's own way.</value>
    public bool? Reasoning { get; set; }

    /// <summary>What the model can do beyond text. Its reasoning is never shown, and it takes no images.</summary>
    /// <value><see cref="ProviderCapabilities.Tools"/> and <see cref="ProviderCapabilities.StructuredOutput"/>.</value>
    public ProviderCapabilities Capabilities { get; set; } = ProviderCapabilities.Tools | ProviderCapabilities.StructuredOutput;

    /// <summary>The number of tokens that prompt and answer may have together.</summary>
    /// <value><see langword="null"/>: that of Yandex's catalogue of August 2026, 32,768 for YandexGPT and 131,072 for Alice AI LLM; unknown
    /// for other models.</value>
    public int? ContextWindow { get; set; }

    /// <summary>How many calls the account may have open at the same time.</summary>
    /// <value>10, the quota of synchronous generations that Yandex documents; it is raised on request. <see langword="null"/>: no
    /// limit.</value>
    public int? MaxConcurrency { get; set; } = 10;

    /// <summary>Further fields of every request's body, for what the API has learned since. Yandex refuses fields that it does not know.
    /// What the provider writes itself wins.</summary>
    /// <value><see langword="null"/>: none.</value>
    public JsonObject? ExtraBody { get; set; }

    /// <summary>What happens to a line of a stream that cannot be read.</summary>
    /// <value><see cref="MalformedEventAction.SkipOne"/>.</value>
    public MalformedEventAction MalformedEvents { get; set; }

    /// <summary>Credentials and folder from the environment: the first that is set of <c>YC_API_KEY</c>, <c>YC_IAM_TOKEN</c>,
    /// <c>YC_SERVICE_ACCOUNT_KEY_FILE</c> and <c>YC_METADATA_ADDR</c> (which means <see cref="UseMetadata"/>), and
    /// <c>YC_FOLDER_ID</c>.</summary>
    /// <param name="model">The model to ask; there is no variable for it.</param>
    /// <returns>The options, to change further.</returns>
    /// <exception cref="InvalidOperationException">A variable is missing or cannot be used; the message names it, never its
    /// value.</exception>
    public static YandexGptOptions FromEnvironment(string model) => FromEnvironment(model, Environment.GetEnvironmentVariable);

    internal static YandexGptOptions FromEnvironment(string model, Func<string, string?> environment)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        var options = new YandexGptOptions { Model = model };
        try
        {
            YandexGptEnvironment.FillIn(options, environment);
            YandexGptEnvironment.RequireFolder(options);
        }
        catch (ArgumentException error)
        {
            throw new InvalidOperationException(error.Plain());
        }

        return options;
    }

    /// <summary>Address, folder and model; no key and no token.</summary>
    /// <returns>A short description.</returns>
    public override string ToString() =>
        $"YandexGptOptions {{ BaseUrl = {HttpAddress.Shown(BaseUrl)}, FolderId = {FolderId}, Model = {Model} }}";
}
