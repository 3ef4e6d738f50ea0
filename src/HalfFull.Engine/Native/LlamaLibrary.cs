using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace HalfFull.Engine.Native;

/// <summary>
/// llama.cpp's libraries, loaded once in a process: found, checked against the layout that the binding knows, and only then used. Where they are looked for: the folder that the
/// caller names, the folder in <c>HALFFULL_LLAMA</c>, the folder <c>llama</c> beside the program, and the installed native package above the program.
/// </summary>
public static partial class LlamaLibrary
{
    /// <summary>Environment variable that names a folder with the libraries.</summary>
    public const string Variable = "HALFFULL_LLAMA";

    private static readonly Lock Gate = new();
    private static string? loadedFrom;
    private static nint llama;
    private static nint ggml;

    /// <summary>Whether the libraries can be used, without a folder being named; else why not, as one sentence.</summary>
    public static bool IsAvailable(out string? reason)
    {
        try
        {
            Load(directory: null);
            reason = null;
            return true;
        }
        catch (LlamaException error)
        {
            reason = error.Message;
            return false;
        }
    }

    /// <summary>Loads the libraries; does nothing when they are loaded already.</summary>
    /// <param name="directory">Folder that holds them; null to look for it.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="LlamaException">There are none, they cannot be loaded, or they are another release than the binding knows.</exception>
    public static string Load(string? directory)
    {
        lock (Gate)
        {
            if (loadedFrom is not null && (directory is null || string.Equals(Path.GetFullPath(directory), loadedFrom, StringComparison.Ordinal)))
            {
                return loadedFrom;
            }

            if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64)
            {
                throw new LlamaException("A real model runs on x64 Linux only; elsewhere serve the model with another program and name its address by --replicas.");
            }

            var found = Path.GetFullPath(directory ?? Find());
            var (llamaFile, ggmlFile) = Files(found);
            if (loadedFrom is not null)
            {
                throw new LlamaException($"This process has loaded llama.cpp from '{loadedFrom}' and cannot load '{found}' beside it.");
            }

            _ = Libc.SetVariable("GGML_NO_BACKTRACE", "1", 0);
            Open(llamaFile, ggmlFile);
            NativeLibrary.SetDllImportResolver(typeof(LlamaLibrary).Assembly, static (name, _, _) => name switch
            {
                LlamaNative.Llama => llama,
                LlamaNative.Ggml => ggml,
                _ => 0,
            });
            Start(found);
            loadedFrom = found;
            return found;
        }
    }

    /// <summary>The folder with the libraries.</summary>
    private static string Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
        {
            return named;
        }

        var beside = Path.Combine(AppContext.BaseDirectory, "llama");
        if (Directory.Exists(beside))
        {
            return beside;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var bins = Path.Combine(folder.FullName, "native", "node_modules", "@node-llama-cpp", "linux-x64", "bins", "linux-x64");
            if (Directory.Exists(bins))
            {
                return bins;
            }
        }

        throw new LlamaException(
            $"llama.cpp's libraries are not installed: run native/install (it needs npm and a network), or name the folder of your own build by --llama or {Variable}.");
    }

    private static (string Llama, string Ggml) Files(string directory)
    {
        if (!Directory.Exists(directory))
        {
            throw new LlamaException($"There is no folder '{directory}' with llama.cpp's libraries; run native/install, or name the folder of your own build by --llama or {Variable}.");
        }

        string? Named(string library) => Directory.EnumerateFiles(directory)
            .Where(file => FileName().Match(Path.GetFileName(file)) is { Success: true } match && match.Groups["library"].ValueSpan.SequenceEqual(library))
            .OrderBy(file => file.Length).ThenBy(file => file, StringComparer.Ordinal)
            .FirstOrDefault();

        return (Named("llama"), Named("ggml")) is ({ } llamaFile, { } ggmlFile)
            ? (llamaFile, ggmlFile)
            : throw new LlamaException($"'{directory}' does not hold llama.cpp's libraries libllama.so and libggml.so, built with BUILD_SHARED_LIBS=ON and GGML_BACKEND_DL=ON.");
    }

    /// <summary>Opens the files and checks what they are, before anything else of them runs.</summary>
    private static unsafe void Open(string llamaFile, string ggmlFile)
    {
        var opened = OpenFile(llamaFile);
        try
        {
            var missing = LlamaNative.Required.FirstOrDefault(name => !NativeLibrary.TryGetExport(opened, name, out _));
            if (missing is null
                && NativeLibrary.TryGetExport(opened, "llama_model_default_params", out var model)
                && NativeLibrary.TryGetExport(opened, "llama_context_default_params", out var context))
            {
                if (LlamaAbi.Mismatch(Probe(model), Probe(context)) is { } difference)
                {
                    throw new LlamaException($"'{llamaFile}' is another release than this program was made for: {difference}; take a build of llama.cpp v0.5.0.");
                }
            }
            else
            {
                throw new LlamaException($"'{llamaFile}' has no function {missing ?? "llama_context_default_params"}, so it is no build of llama.cpp v0.5.0.");
            }

            ggml = OpenFile(ggmlFile);
            llama = opened;
        }
        catch
        {
            NativeLibrary.Free(opened);
            throw;
        }
    }

    private static nint OpenFile(string file)
    {
        try
        {
            return NativeLibrary.Load(file);
        }
        catch (Exception error) when (error is DllNotFoundException or BadImageFormatException)
        {
            throw new LlamaException($"'{file}' cannot be loaded: {error.Message.ReplaceLineEndings(" ")}", error);
        }
    }

    /// <summary>Has a default function fill poisoned memory twice. On x64 Linux a large result goes where the first argument points.</summary>
    private static unsafe (byte[] First, byte[] Second) Probe(nint function)
    {
        byte[] Filled(byte poison)
        {
            var memory = new byte[LlamaAbi.ProbeBytes];
            memory.AsSpan().Fill(poison);
            fixed (byte* pointer = memory)
            {
                ((delegate* unmanaged<byte*, void>)function)(pointer);
            }

            return memory;
        }

        return (Filled(0xA5), Filled(0x5A));
    }

    private static unsafe void Start(string directory)
    {
        LlamaNative.llama_log_set(LlamaLog.Callback, null);
        fixed (byte* path = Encoding.UTF8.GetBytes(directory + '\0'))
        {
            LlamaNative.ggml_backend_load_all_from_path(path);
        }

        LlamaNative.llama_backend_init();
    }

    [GeneratedRegex(@"^lib(?<library>llama|ggml)\.(.*\.)?so", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FileName();
}
