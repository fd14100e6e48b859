namespace Orchestrator.Testing;

/// <summary>Embeddings that mean nothing but are the same for the same text.</summary>
internal static class FakeVectors
{
    public static float[] Of(string text)
    {
        var state = 17u;
        foreach (var c in text)
            state = (state * 31) + c;
        var vector = new float[8];
        for (var i = 0; i < vector.Length; i++)
        {
            state = (state * 1664525) + 1013904223;
            vector[i] = ((state >> 8) / (float)(1 << 24)) - 0.5f;
        }

        return vector;
    }
}
