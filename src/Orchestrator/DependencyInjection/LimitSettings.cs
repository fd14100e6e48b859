namespace Orchestrator.DependencyInjection;

internal static class LimitSettings
{
    public static LimitOptions? Read(SettingsReader owner)
    {
        if (owner.Section("Limits") is not { } reader)
            return null;
        var limits = new LimitOptions
        {
            Connect = reader.Limit("Connect"),
            FirstToken = reader.Limit("FirstToken"),
            Idle = reader.Limit("Idle"),
            Attempt = reader.Limit("Attempt"),
            Call = reader.Limit("Call"),
            Stream = reader.Limit("Stream"),
        };
        reader.RefuseUnknownKeys();
        return limits;
    }
}
