using System.Diagnostics.Metrics;

namespace Orchestrator;

/// <summary>What spans and meters of a router say. Read once by the router's constructor.</summary>
/// <remarks>Without a listener for <see cref="Router.ActivitySourceName"/> and <see cref="Router.MeterName"/> nothing is made. Prompts and
/// answers are in no span, metric or log.</remarks>
public sealed class TelemetryOptions
{
    /// <summary>Which names of OpenTelemetry's conventions for generative AI are used.</summary>
    /// <value><see langword="null"/>: those that the environment variable <c>OTEL_SEMCONV_STABILITY_OPT_IN</c> asks for
    /// (<c>gen_ai_latest_experimental</c>, or <c>gen_ai_latest_experimental/dup</c> for both), else
    /// <see cref="GenAiConventions.Version141"/>.</value>
    public GenAiConventions? Conventions { get; set; }

    /// <summary>Whether the span of an attempt has its cost: <c>orchestrator.cost.amount</c>, <c>.currency</c> and <c>.source</c>. No
    /// convention has a name for it yet.</summary>
    /// <value><see langword="false"/>.</value>
    public bool IncludeCost { get; set; }

    /// <summary>Who makes the router's meter; a container's factory disposes it with the container.</summary>
    /// <value><see langword="null"/>: the router makes it, and disposes it with itself.</value>
    public IMeterFactory? MeterFactory { get; set; }
}
