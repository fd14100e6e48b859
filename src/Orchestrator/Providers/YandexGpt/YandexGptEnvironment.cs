namespace Orchestrator.Providers;

/// <summary>The environment variables that Yandex's own clients know, and one for the key file, which those take as an argument.</summary>
internal static class YandexGptEnvironment
{
    public const string ApiKey = "YC_API_KEY";
    public const string IamToken = "YC_IAM_TOKEN";
    public const string KeyFile = "YC_SERVICE_ACCOUNT_KEY_FILE";
    public const string Metadata = "YC_METADATA_ADDR";
    public const string FolderId = "YC_FOLDER_ID";

    public const string BaseUrlExample = "https://llm.api.cloud.yandex.net/foundationModels/v1";
    public const string MetadataExample = "http://169.254.169.254";

    public static readonly Uri Default = new(BaseUrlExample);
    public static readonly Uri DefaultIam = new("https://iam.api.cloud.yandex.net/iam/v1/tokens");
    public static readonly Uri DefaultMetadata = new(MetadataExample);

    /// <summary>Sets the credentials and the folder that the environment has; the folder only where none is set.</summary>
    /// <exception cref="ArgumentException">A variable cannot be used, or none holds credentials.</exception>
    public static void FillIn(YandexGptOptions options, Func<string, string?> environment)
    {
        options.FolderId ??= EnvironmentText.Of(environment, FolderId);
        if (EnvironmentText.Of(environment, ApiKey) is { } key)
            options.ApiKey = HeaderValue.Checked(key, Named(ApiKey));
        else if (EnvironmentText.Of(environment, IamToken) is { } token)
            options.IamToken = HeaderValue.Checked(token, Named(IamToken));
        else if (EnvironmentText.Of(environment, KeyFile) is { } file)
            options.ServiceAccountKeyFile = file;
        else if (EnvironmentText.Of(environment, Metadata) is { } address)
            (options.UseMetadata, options.MetadataUrl) = (true, MetadataAt(address));
        else
        {
            throw new ArgumentException(
                $"None of the environment variables {ApiKey}, {IamToken}, {KeyFile} and {Metadata} is set. Set {ApiKey} to an API key "
                    + "of a service account.");
        }
    }

    /// <exception cref="ArgumentException">The model needs a folder and there is none.</exception>
    public static void RequireFolder(YandexGptOptions options)
    {
        if (options.FolderId is null && !YandexGptModel.IsUri(options.Model))
        {
            throw new ArgumentException(
                $"The environment variable {FolderId} is not set. Set it to the id of the folder, such as b1g…, or give the model as a "
                    + "whole gpt:// URI.");
        }
    }

    private static string Named(string variable) => $"The environment variable {variable}";

    // Despite its name the variable holds a host alone in Yandex's own clients.
    private static Uri MetadataAt(string address) => HttpAddress.Parse(
        address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}", Named(Metadata), MetadataExample);
}
