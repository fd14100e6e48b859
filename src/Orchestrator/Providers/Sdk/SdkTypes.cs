using System.Diagnostics.CodeAnalysis;

namespace Orchestrator.Providers;

/// <summary>Tells the trimmer which members of the best-known SDKs are read by name, without referencing the SDKs.</summary>
/// <remarks>The trimmer understands a constant name in <see cref="Type.GetType(string)"/>, and ignores it when the application has no such
/// assembly. At run time the type is loaded already, because an exception of it was thrown.</remarks>
internal static class SdkTypes
{
    public static void Keep(Type exception)
    {
        for (var type = exception; type is not null; type = type.BaseType)
        {
            switch (type.FullName)
            {
                case "System.ClientModel.ClientResultException":
                    _ = Type.GetType("System.ClientModel.ClientResultException, System.ClientModel")?.GetProperty("Status");
                    _ = Type.GetType("System.ClientModel.ClientResultException, System.ClientModel")?.GetMethod("GetRawResponse");
                    Mark(Type.GetType("System.ClientModel.Primitives.PipelineResponse, System.ClientModel"));
                    Mark(Type.GetType("System.ClientModel.Primitives.PipelineResponseHeaders, System.ClientModel"));
                    break;
                case "Azure.RequestFailedException":
                    _ = Type.GetType("Azure.RequestFailedException, Azure.Core")?.GetProperty("Status");
                    _ = Type.GetType("Azure.RequestFailedException, Azure.Core")?.GetProperty("ErrorCode");
                    _ = Type.GetType("Azure.RequestFailedException, Azure.Core")?.GetMethod("GetRawResponse");
                    Mark(Type.GetType("Azure.Response, Azure.Core"));
                    Mark(Type.GetType("Azure.Core.ResponseHeaders, Azure.Core"));
                    break;
                case "Anthropic.Exceptions.AnthropicApiException":
                    _ = Type.GetType("Anthropic.Exceptions.AnthropicApiException, Anthropic")?.GetProperty("StatusCode");
                    _ = Type.GetType("Anthropic.Exceptions.AnthropicApiException, Anthropic")?.GetProperty("ResponseBody");
                    _ = Type.GetType("Anthropic.Exceptions.AnthropicApiException, Anthropic")?.GetProperty("ErrorCode");
                    _ = Type.GetType("Anthropic.Exceptions.AnthropicApiException, Anthropic")?.GetProperty("RequestID");
                    break;
                case "Amazon.Runtime.AmazonServiceException":
                    _ = Type.GetType("Amazon.Runtime.AmazonServiceException, AWSSDK.Core")?.GetProperty("StatusCode");
                    _ = Type.GetType("Amazon.Runtime.AmazonServiceException, AWSSDK.Core")?.GetProperty("ErrorCode");
                    _ = Type.GetType("Amazon.Runtime.AmazonServiceException, AWSSDK.Core")?.GetProperty("RequestId");
                    break;
                case "Grpc.Core.RpcException":
                    _ = Type.GetType("Grpc.Core.RpcException, Grpc.Core.Api")?.GetProperty("StatusCode");
                    break;
                case "Google.GoogleApiException":
                    _ = Type.GetType("Google.GoogleApiException, Google.Apis.Core")?.GetProperty("HttpStatusCode");
                    _ = Type.GetType("Google.GoogleApiException, Google.Apis.Core")?.GetProperty("Error");
                    break;
                default:
                    break;
            }
        }
    }

    // Only the annotation has an effect.
    private static void Mark(
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicMethods)]
        Type? type) => _ = type;
}
