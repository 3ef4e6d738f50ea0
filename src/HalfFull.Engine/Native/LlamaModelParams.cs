using System.Runtime.InteropServices;

namespace HalfFull.Engine.Native;

/// <summary><c>llama_model_params</c> as <see cref="LlamaAbi"/> knows it. Filled by the library's own defaults; only what is named here is changed.</summary>
[StructLayout(LayoutKind.Explicit, Size = LlamaAbi.ModelParamsBytes)]
internal struct LlamaModelParams
{
    [FieldOffset(16)]
    internal int GpuLayers;
}
