using System.Diagnostics;

namespace HalfFull.EndToEnd.Tests;

public sealed class ErrorTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Theory]
    [InlineData("conquer", "Unknown command 'conquer': commands are simulate, compare, serve, worker, watch, key, bench, report, policies, train-ranker, trace, explain, verify, model, calibrate, fidelity.")]
    [InlineData("serve --tls-key gateway.key", "--tls-key is given without --tls-cert; give both.")]
    [InlineData("serve --max-concurrency 0", "--max-concurrency 0 is not accepted: give a whole number from 1 to")]
    [InlineData("trace", "A command is missing after 'halffull trace': give one of info, convert.")]
    [InlineData("trace info --all", "Unknown option '--all': 'halffull trace info --help' lists what it takes.")]
    [InlineData("simulate --egine x", "Unknown option '--egine'; did you mean '--engine'?")]
    [InlineData("simulate more", "Unknown argument 'more': 'halffull simulate --help' lists what it takes.")]
    [InlineData("simulate --rate", "Required argument missing for option: '--rate'.")]
    [InlineData("simulate --rate 0", "--rate 0 is not accepted: give a number above 0 and up to 1000000.")]
    [InlineData("simulate --rate NaN", "--rate NaN is not accepted")]
    [InlineData("simulate --rate 1e400", "--rate 1e400 is not accepted")]
    [InlineData("simulate --rate-scale -1", "--rate-scale -1 is not accepted")]
    [InlineData("simulate --load 0", "--load 0 is not accepted")]
    [InlineData("simulate --rate 2 --load 0.5", "Give only one of --rate and --load: each sets the arrival rate.")]
    [InlineData("simulate --rate 2 --rate-scale 2", "Give only one of --rate and --rate-scale")]
    [InlineData("simulate --limit 0", "--limit 0 is not accepted: give a whole number from 1 to")]
    [InlineData("simulate --kv-blocks -1", "--kv-blocks -1 is not accepted")]
    [InlineData("simulate --block-size 0", "--block-size 0 is not accepted")]
    [InlineData("simulate --token-budget x", "--token-budget x is not accepted")]
    [InlineData("simulate --max-seqs 0", "--max-seqs 0 is not accepted")]
    [InlineData("simulate --max-output-tokens 0", "--max-output-tokens 0 is not accepted")]
    [InlineData("simulate --max-model-len 0", "--max-model-len 0 is not accepted")]
    [InlineData("simulate --seed -1", "--seed -1 is not accepted")]
    [InlineData("simulate --replicas 0", "'0' in --replicas '0' is no number from 1 to 10000")]
    [InlineData("simulate --replicas 2..4", "--replicas 2..4 is a range, which only compare accepts")]
    [InlineData("compare --replicas 4..2", "write 2..4")]
    [InlineData("compare --seeds 0", "--seeds 0 is not accepted")]
    [InlineData("simulate --replicas a100:2 --gpu a100", "--replicas 'a100:2' names its GPUs itself; leave out --gpu a100.")]
    [InlineData("simulate --replicas prefill:a100:2", "--replicas 'prefill:a100:2' has replicas that prefill, but none that decode: add a group such as decode:a100:2.")]
    [InlineData("simulate --replicas decode:a100:2", "has replicas that decode, but none that prefill: add a group such as prefill:a100:2.")]
    [InlineData("compare --replicas prefill:a100:1,decode:a100:2,a100:1", "has replicas with a role beside replicas without: give every group the role prefill or decode, or none.")]
    [InlineData("simulate --replicas draft:a100:2", "'draft' in --replicas 'draft:a100:2' is no role: give prefill or decode.")]
    [InlineData("simulate --replicas prefill:2,decode:2", "names a role, but no GPU: give prefill:a100:2.")]
    [InlineData("simulate --replicas prefill:a100:1,decode:a100:1 --kv-bandwidth 25", "--kv-bandwidth 25 is not accepted: give a bandwidth from 1MB/s to 1000TB/s, such as 25GB/s or 200Gbit/s.")]
    [InlineData("simulate --kv-bandwidth 25GB/s", "--kv-bandwidth says how KV moves from one replica to another, but nothing here moves it")]
    [InlineData("compare --kv-latency 2ms", "--kv-latency says how KV moves from one replica to another, but nothing here moves it")]
    [InlineData("simulate --replicas prefill:a100:1,decode:a100:1 --migrate llumnix", "--migrate needs replicas that both prefill and decode, but --replicas prefill:a100:1,decode:a100:1 gives them roles; leave out one of the two.")]
    [InlineData("compare --replicas prefill:a100:1,decode:a100:1 --autoscale queue", "--autoscale needs replicas that both prefill and decode, but --replicas prefill:a100:1,decode:a100:1 gives them roles")]
    [InlineData("simulate --decode-router sal", "--decode-router is for replicas that decode, but --replicas a100:4 has no roles")]
    [InlineData("compare --decode-engine larry", "--decode-engine is for replicas that decode, but --replicas a100:4 has no roles")]
    [InlineData("simulate --decode-headroom 0", "--decode-headroom is for replicas that decode, but --replicas a100:4 has no roles")]
    [InlineData("simulate --decode-engine vllm@0.11", "--decode-engine vllm@0.11 is a bundle, which sets the limits of the whole fleet")]
    [InlineData("simulate --decode-router nobody", "There is no policy 'nobody'")]
    [InlineData("simulate --replicas http://a:8000", "names addresses")]
    [InlineData("simulate --gpu abacus", "Unknown GPU 'abacus'; known: a40, a100,")]
    [InlineData("simulate --model hal", "Unknown model 'hal'; known: ")]
    [InlineData("simulate --step-model own.json --tp 2", "--step-model says how fast the replicas are; leave out --tp.")]
    [InlineData("simulate --step-model own.json --replicas a100:2", "give --replicas a number instead of")]
    [InlineData("simulate --tp 3", "with tp 3; tp that exist: 1, 2, 4, 8.")]
    [InlineData("simulate --model llama-2-70b", "llama-2-70b does not fit on a100 with tp 1; tp that fit: 2, 4, 8.")]
    [InlineData("simulate --overhead zero", "Unknown overhead profile 'zero'; known: none,")]
    [InlineData("simulate --engine fifo", "--engine: There is no policy 'fifo'; policies are andes, autellix, drr, ")]
    [InlineData("simulate --engine vllm:watermark=-1", "watermark")]
    [InlineData("simulate --router sal:x=1", "--router: Policy 'sal' has no option 'x'")]
    [InlineData("simulate --engine vllm --engine larry", "--engine is given 2 times, but simulate runs one; compare takes several.")]
    [InlineData("simulate --engine srpt", "add --predict quantile, ranker:FILE, noisy:SIGMA or oracle.")]
    [InlineData("simulate --predict tarot", "--predict tarot is not accepted: give none, oracle, quantile")]
    [InlineData("simulate --slo speed=1s", "'speed' in SLO 'speed=1s' is not one of ttft, tpot and e2e.")]
    [InlineData("simulate --arrivals gamma:cv=0", "--arrivals: 'gamma:cv=0' is not accepted: give poisson,")]
    [InlineData("simulate --prompt-tokens constant:tokens=0", "--prompt-tokens: 'constant:tokens=0' is not accepted: give constant:tokens=500")]
    [InlineData("simulate --columns ts", "--columns: 'ts' names no column")]
    [InlineData("simulate --columns arrival=a,prompt=b,output=c", "--columns names the columns of a file, but --trace chat is none.")]
    [InlineData("simulate --json run.out --records ./run.out", "--json and --records both name './run.out'; give two files.")]
    [InlineData("simulate --snapshot-age 5", "--snapshot-age 5 is not accepted: give a duration such as 250ms")]
    [InlineData("simulate --gateways 0", "--gateways 0 is not accepted: give a whole number from 1 to 1000.")]
    [InlineData("simulate --scenario none.json", "--scenario: there is no file 'none.json'; give a JSON file of schema halffull.scenario/1.")]
    [InlineData("bench --json x --records x", "--json and --records both name 'x'; give two files.")]
    [InlineData("bench --html x --json ./x", "--json and --html both name 'x'; give two files.")]
    [InlineData("bench --html x --records x", "--records and --html both name 'x'; give two files.")]
    [InlineData("bench sweep --slo e2e=1s --html x --json x", "--json and --html both name 'x'; give two files.")]
    [InlineData("bench --ab http://a http://b --html x --json x", "--json and --html both name 'x'; give two files.")]
    [InlineData("bench --url localhost", "--url: 'localhost' is not an address such as http://localhost:8000.")]
    [InlineData("bench --api images", "--api images is not accepted: give chat or completions.")]
    [InlineData("bench --header x", "--header: 'x' is not a header such as x-tenant=blue.")]
    [InlineData("bench --cancel-rate 2", "--cancel-rate 2 is not accepted: give a share from 0 to 1.")]
    [InlineData("bench --duration 5", "--duration 5 is not accepted: give a duration such as 250ms")]
    [InlineData("bench --ramp 5", "--ramp: '5' is not a ramp such as 1..20")]
    [InlineData("bench --ramp 1..5", "--ramp sets the rate over a time: give --duration with it")]
    [InlineData("bench --concurrency 4 --rate 3", "--concurrency is a closed loop, which has no arrival rate")]
    [InlineData("bench --burstiness 2 --arrivals poisson", "Give only one of --burstiness and --arrivals")]
    [InlineData("bench --unary --slo ttft=1s", "with --unary give a bound on e2e only")]
    [InlineData("bench --unary --turns 3", "--cancel-rate, --slow-readers and --turns need streams; leave out --unary.")]
    [InlineData("bench --duration 10s --warmup 6s --cooldown 5s", "leave nothing of the 10s of the run to measure; give a longer --duration.")]
    [InlineData("bench --ab http://a", "--ab is given 1 address, but compares two: give another one, or --policies with two policies of that gateway.")]
    [InlineData("bench sweep", "bench sweep needs --slo: without bounds every rate holds.")]
    [InlineData("bench sweep --slo ttft=1s --rate 3", "bench sweep sets the rate itself")]
    [InlineData("simulate --html x --json ./x", "--json and --html both name 'x'; give two files.")]
    [InlineData("simulate --html x --perfetto x", "--html and --perfetto both name 'x'; give two files.")]
    [InlineData("compare --html x --json x", "--json and --html both name 'x'; give two files.")]
    [InlineData("compare --perfetto x", "--perfetto is the trace of one run; give it to halffull simulate.")]
    [InlineData("simulate --load 0.5..0.9", "--load 0.5..0.9 is several rates, which only compare accepts; give one number.")]
    [InlineData("bench --rate 1,2", "--rate 1,2 is several rates, which only compare accepts; give one number.")]
    [InlineData("compare --rate 9..2", "--rate 9..2 is not accepted: give a number above 0 and up to 1000000, or at most 64 of them as 0.5..1.1, 1..4 or 1,2,4.")]
    [InlineData("compare --rate-scale 1..99", "--rate-scale 1..99 is not accepted")]
    [InlineData("compare --load 0.5,x", "--load 0.5,x is not accepted")]
    [InlineData("compare --load 0.5..0.9 --rate 3", "Give only one of --rate and --load")]
    [InlineData("report", "Required argument 'RUN.json' missing for command: 'report'.")]
    [InlineData("report a.json --html a.json", "RUN.json and --html both name 'a.json'; give two files.")]
    [InlineData("compare --records x.csv", "Unknown option '--records'")]
    [InlineData("compare --rank-by luck", "--rank-by 'luck' is no metric to rank by: give ttft,")]
    [InlineData("compare --rank-by goodput", "--rank-by goodput needs bounds; add --slo")]
    [InlineData("trace convert chat out --to xml", "--to: 'xml' is no trace format that can be written")]
    [InlineData("verify", "Required argument 'folder' missing for command: 'verify'.")]
    [InlineData("explain", "Required argument 'id' missing for command: 'explain'.")]
    [InlineData("explain x", "'x' is no number of a request: give what the header x-halffull-request-id says, such as 17.")]
    [InlineData("explain 1 --url localhost", "--url: 'localhost' is not an address such as http://127.0.0.1:8080.")]
    [InlineData("explain 1 --url http://a --log b", "Give only one of --url and --log: a gateway or a folder is asked.")]
    [InlineData("watch --url localhost", "--url: 'localhost' is not an address such as http://127.0.0.1:8080.")]
    [InlineData("watch --seconds 0", "--seconds 0 is not accepted: give a whole number from 1 to")]
    [InlineData("serve --log-keep 5", "--log-keep is about the decision log: give --log DIR with it.")]
    [InlineData("serve --log x --log-tenants shown", "--log-tenants shown is not accepted: give hashed or named.")]
    [InlineData("serve --log x --log-keep 1", "--log-keep 1 is not accepted: give a whole number from 2 to")]
    [InlineData("serve --explain -1", "--explain -1 is not accepted: give a whole number from 0 to")]
    public void Wrong_usage_is_one_sentence_and_exit_code_2(string arguments, string sentence) => Fails(2, arguments, sentence);

    [Theory]
    [InlineData("simulate --trace nowhere.csv", "Trace 'nowhere.csv' is neither a file nor a preset; presets are chat,")]
    [InlineData("simulate --trace .", "is a directory; give a trace file.")]
    [InlineData("simulate --step-model nowhere.json", "nowhere.json")]
    [InlineData("simulate --json nowhere/run.json", "'nowhere/run.json' cannot be written: its folder does not exist.")]
    [InlineData("simulate --html nowhere/run.html", "'nowhere/run.html' cannot be written: its folder does not exist.")]
    [InlineData("simulate --perfetto nowhere/run.json", "'nowhere/run.json' cannot be written: its folder does not exist.")]
    [InlineData("compare --html .", "'.' is a folder, not a file that can be written.")]
    [InlineData("report nowhere.json", "nowhere.json")]
    [InlineData("simulate --trace code --limit 50 --kv-blocks 1 --load 0.5 --html run.html --perfetto trace.json", "No request of code fits a replica")]
    [InlineData("simulate --json .", "'.' is a folder, not a file that can be written.")]
    [InlineData("simulate --records nowhere/run.csv", "'nowhere/run.csv' cannot be written")]
    [InlineData("policies --json nowhere/list.json", "'nowhere/list.json' cannot be written")]
    [InlineData("simulate --trace code --limit 50 --kv-blocks 1", "more than the 16 tokens of the KV cache")]
    [InlineData("simulate --trace code --limit 50 --kv-blocks 1 --load 0.5 --json run.json --records run.csv", "No request of code fits a replica")]
    [InlineData("trace convert chat nowhere/out.jsonl --limit 10", "nowhere/out.jsonl cannot be written")]
    [InlineData("verify nowhere", "nowhere does not exist.")]
    [InlineData("verify .", ". is a directory without a decision log; serve --log . writes one.")]
    [InlineData("explain 1 --log .", ". is a directory without a decision log")]
    [InlineData("explain 1 --url http://127.0.0.1:1", "No gateway answers at http://127.0.0.1:1/: ")]
    [InlineData("watch --url http://127.0.0.1:1", "No gateway answers at http://127.0.0.1:1/: ")]
    [InlineData("serve --log /dev/null/log --port 0", "/dev/null/log")]
    public void A_failed_run_is_one_sentence_and_exit_code_1(string arguments, string sentence)
    {
        Fails(1, arguments, sentence);
        Assert.Empty(workspace.Names());
    }

    [Fact]
    public void A_broken_line_is_named()
    {
        File.WriteAllText(workspace.File("log.csv"), "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.6805900,100,20\n2023-11-16 18:15:47,-5,20\n");

        Fails(1, "simulate --trace log.csv --json run.json", "log.csv, line 3");
        Assert.Equal(["log.csv"], workspace.Names());
    }

    [Fact]
    public void A_truncated_archive_is_named()
    {
        workspace.Run("trace convert chat whole.jsonl.gz --limit 2000");
        var bytes = File.ReadAllBytes(workspace.File("whole.jsonl.gz"));
        File.WriteAllBytes(workspace.File("cut.jsonl.gz"), bytes[..(bytes.Length / 2)]);

        Fails(1, "simulate --trace cut.jsonl.gz", "cut.jsonl.gz");
    }

    [Fact]
    public void A_file_of_no_known_format_is_named()
    {
        File.WriteAllText(workspace.File("poem.txt"), "Shall I compare thee\n");

        Fails(1, "simulate --trace poem.txt", "poem.txt has no known trace format");
    }

    [Fact]
    public async Task Interrupting_a_run_leaves_no_file()
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watcher = new FileSystemWatcher(workspace.Path) { EnableRaisingEvents = true };
        watcher.Created += (_, created) =>
        {
            if (created.Name!.Contains("run.csv", StringComparison.Ordinal))
            {
                begun.TrySetResult();
            }
        };
        using var process = workspace.Start("simulate", "--limit", "100000000", "--json", "run.json", "--records", "run.csv");
        var error = process.StandardError.ReadToEndAsync();
        await begun.Task.WaitAsync(TimeSpan.FromMinutes(1));

        using (var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("halffull: Interrupted; nothing was written.\n", await error);
        Assert.Empty(workspace.Names());
    }

    private void Fails(int exitCode, string arguments, string sentence)
    {
        var run = workspace.Run(arguments);

        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
        Assert.StartsWith("halffull: ", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }
}
