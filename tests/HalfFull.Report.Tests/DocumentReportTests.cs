namespace HalfFull.Report.Tests;

public sealed class DocumentReportTests
{
    [Fact]
    public void Runs_of_the_same_traffic_are_one_point_and_seeds_one_row()
    {
        var data = DocumentReport.Of(
            [("a", Documents.Of("vllm", 2)), ("b", Documents.Of("vllm", 4, seed: 2)), ("c", Documents.Of("larry", 1)), ("d", Documents.Of("larry", 1, seed: 2))], "c", "v");

        var point = Assert.Single(data.Points);
        Assert.Equal(["vllm + sal", "larry + sal"], point.Rows.Select(row => row.Name));
        Assert.Equal(3, point.Rows[0].Value);
        Assert.Equal(0.33333, point.Rows[1].Change!.Ratio);
        Assert.Equal([1, 0], point.Ranking);
        Assert.Equal([1L, 2], data.Seeds);
    }

    [Fact]
    public void Other_rates_are_other_points()
    {
        var data = DocumentReport.Of([("a", Documents.Of("vllm", 2)), ("b", Documents.Of("vllm", 4, rateScale: 2)), ("c", Documents.Of("larry", 1, rateScale: 2))], "c", "v");

        Assert.Equal([1.0, 2.0], data.Points.Select(point => point.RateScale));
        Assert.Equal([1, 2], data.Points.Select(point => point.Rows.Count));
        Assert.DoesNotContain("sweep", data.Absent.Keys);
    }

    [Fact]
    public void Without_a_completed_request_there_is_no_value_and_no_change()
    {
        var data = DocumentReport.Of([("a", Documents.Failed), ("b", Documents.Of("larry", 1))], "c", "v");

        Assert.Null(data.Points[0].Rows[0].Value);
        Assert.Null(data.Points[0].Rows[1].Change);
        Assert.Equal([1, 0], data.Points[0].Ranking);
    }
}
