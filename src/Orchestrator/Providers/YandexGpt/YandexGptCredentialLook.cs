namespace Orchestrator.Providers;

/// <summary>The kind of a Yandex Cloud credential, by its form.</summary>
internal enum YandexGptCredentialLook
{
    Other,
    ApiKey,
    IamToken,
    OAuthToken,
}
