namespace Orchestrator.Tests.Accounting;

public sealed class ModelFamilyTests
{
    [Theory]
    [InlineData("gpt-4o")]
    [InlineData("GPT-4o-mini-2024-07-18")]
    [InlineData("openai/gpt-4o:free")]
    [InlineData("ft:gpt-4o-mini-2024-07-18:org::id")]
    [InlineData("chatgpt-4o-latest")]
    [InlineData("gpt-4.1-nano")]
    [InlineData("gpt-5")]
    [InlineData("gpt-5.1-codex")]
    [InlineData("o1-preview")]
    [InlineData("o3")]
    [InlineData("o4-mini")]
    [InlineData("gpt-oss:20b")]
    [InlineData("@cf/openai/gpt-oss-120b")]
    [InlineData("gpt://b1gfolder/gpt-oss-120b/latest")]
    [InlineData("gpt://b1gfolder/gpt-oss-20b/latest@tuned")]
    public void Knows_the_models_of_the_o200k_encoding(string model) => ModelFamilies.Of(model).Should().BeSameAs(ModelFamily.O200k);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("mock-normal")]
    [InlineData("o1llama2")]
    [InlineData("o10")]
    [InlineData("gpt-50")]
    [InlineData("gpt-4")]
    [InlineData("gpt-4-turbo")]
    [InlineData("gpt-3.5-turbo")]
    [InlineData("o1-labs/llama-3-8b")]
    [InlineData("GigaChat-2-Max")]
    [InlineData("yandexgpt/latest")]
    [InlineData("qwen3:8b")]
    [InlineData("not-gpt-4o")]
    public void Never_takes_another_model_for_one(string? model) => ModelFamilies.Of(model).Should().NotBeSameAs(ModelFamily.O200k);

    [Theory]
    [InlineData("gigachat", "GigaChat-2-Pro", "GigaChat")]
    [InlineData("gigachat", "Ultra", "GigaChat")]
    [InlineData("yandexgpt", "gpt://b1gfolder/yandexgpt-lite/latest", "YandexGpt")]
    [InlineData("YandexGPT", "my-own-model", "YandexGpt")]
    [InlineData("yandexgpt", "aliceai-llm", "Qwen")]
    [InlineData("yandexgpt", "gpt-oss-120b", "O200k")]
    [InlineData("ollama", "hf.co/someone/Llama-3.2-3B-GGUF:Q4", "Llama3")]
    [InlineData("ollama", "deepseek-r1-distill-qwen-7b", "Qwen")]
    [InlineData("ollama", "mistral:7b", "SentencePiece32K")]
    [InlineData("openai", "gpt-4-turbo", "Cl100k")]
    [InlineData("openai", "something", "Unknown")]
    public void Goes_by_the_model_and_then_by_the_vendor(string vendor, string model, string expected) =>
        ModelFamilies.Of(new ProviderInfo("p", vendor, model)).Name.Should().Be(expected);
}
