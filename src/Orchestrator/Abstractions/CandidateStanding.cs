using System.Text.Json.Serialization;

namespace Orchestrator;

/// <summary>How a candidate stands, which gives it its place in the plan of a call.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CandidateStanding>))]
public enum CandidateStanding
{
    /// <summary>Ranked by the strategy.</summary>
    Available = 0,

    /// <summary>Ejected, and its cool-down is over: the next call tries it first, one call at a time.</summary>
    Trial,

    /// <summary>It has as many calls running as it may, and so has every other that is available: a call waits for a place.</summary>
    Full,

    /// <summary>Ejected, or its trial is running: asked only when no other is left.</summary>
    Avoided,
}
