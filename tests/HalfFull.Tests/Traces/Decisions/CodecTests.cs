using System.Reflection;
using HalfFull.Metrics;
using HalfFull.Policies;
using HalfFull.Routing;
using HalfFull.Traces.Decisions;

namespace HalfFull.Tests.Traces.Decisions;

/// <summary>Whatever a policy can see must come back bit for bit: a member that is added and not logged fails here.</summary>
public sealed class CodecTests
{
    [Fact]
    public void Every_member_of_a_view_is_logged()
    {
        var (writer, reader) = (new ViewCodec(), new ViewCodec());
        var now = TimeSpan.FromSeconds(1);
        object view = new ReplicaView { Replica = 3 };
        string[] notLogged = [nameof(ReplicaView.Replica), nameof(ReplicaView.Sequences), nameof(ReplicaView.Engine)]; // the key, and what only a simulator shows
        foreach (var property in Settable(typeof(ReplicaView)).Where(property => !notLogged.Contains(property.Name)))
        {
            property.SetValue(view, Other(property.PropertyType));
            now += TimeSpan.FromSeconds(1);
            Assert.True(((ReplicaView)view).Equals(Through((ReplicaView)view, now)), property.Name);
        }

        // And back to nothing.
        Assert.Equal(new ReplicaView { Replica = 3 }, Through(new ReplicaView { Replica = 3 }, now));

        ReplicaView Through(ReplicaView given, TimeSpan at)
        {
            var state = new StateWriter();
            writer.Write(state, given, at);
            var from = new StateReader(state.Written);
            var read = reader.Read(ref from, at);
            Assert.True(from.IsAtEnd);
            return read;
        }
    }

    [Fact]
    public void A_view_that_only_grew_older_takes_a_few_bytes()
    {
        var codec = new ViewCodec();
        var state = new StateWriter();
        var view = new ReplicaView { Replica = 3, Age = TimeSpan.FromSeconds(1), KvCapacityTokens = 10_000 };
        codec.Write(state, view, TimeSpan.FromSeconds(5));
        state.Clear();
        codec.Write(state, view with { Age = TimeSpan.FromSeconds(1.5) }, TimeSpan.FromSeconds(5.5));
        Assert.Equal(2, state.Length);
    }

    [Fact]
    public void Every_member_of_a_request_is_logged()
    {
        object request = new Request(1, TimeSpan.FromSeconds(2), 3, 4);
        foreach (var property in Settable(typeof(Request)))
        {
            property.SetValue(request, Other(property.PropertyType));
        }

        var state = new StateWriter();
        RequestCodec.Write(state, (Request)request);
        var from = new StateReader(state.Written);
        var read = RequestCodec.Read(ref from);
        Assert.True(from.IsAtEnd);
        foreach (var property in Settable(typeof(Request)))
        {
            Assert.True(Same(property.GetValue(request), property.GetValue(read)), property.Name);
        }
    }

    [Fact]
    public void Every_member_of_a_record_is_logged()
    {
        object record = default(RequestRecord);
        foreach (var property in Settable(typeof(RequestRecord)))
        {
            property.SetValue(record, Other(property.PropertyType));
        }

        var state = new StateWriter();
        RequestCodec.Write(state, (RequestRecord)record);
        var from = new StateReader(state.Written);
        Assert.Equal((RequestRecord)record, RequestCodec.ReadRecord(ref from));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Whole_numbers_of_either_sign_come_back(long value)
    {
        var state = new StateWriter();
        state.Whole(value);
        Assert.Equal(value, new StateReader(state.Written).Whole());
    }

    [Fact]
    public void A_record_that_ends_too_early_is_refused()
    {
        var state = new StateWriter();
        state.Text("halffull");
        Assert.Throws<InvalidDataException>(() => new StateReader(state.Written[..^1]).Text());
        Assert.Throws<InvalidDataException>(() => new StateReader([0xFF]).Number());
        Assert.Throws<InvalidDataException>(() => new StateReader([2]).Flag());
    }

    private static IEnumerable<PropertyInfo> Settable(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is not null);

    private static object Other(Type type) => Nullable.GetUnderlyingType(type) is { } inner ? Other(inner)
        : type == typeof(int) ? 77
        : type == typeof(long) ? -5_000_000_000L
        : type == typeof(double) ? BitConverter.UInt64BitsToDouble(0x7FF8_0000_0000_1234)
        : type == typeof(TimeSpan) ? TimeSpan.FromTicks(123_456_789)
        : type == typeof(string) ? "~tenant"
        : type == typeof(ReadOnlyMemory<long>) ? new ReadOnlyMemory<long>([1, -2, 3])
        : type.IsEnum ? Enum.GetValues(type).GetValue(1)!
        : throw new NotSupportedException($"{type} is not logged yet.");

    private static bool Same(object? a, object? b) => a is ReadOnlyMemory<long> first && b is ReadOnlyMemory<long> second
        ? first.Span.SequenceEqual(second.Span)
        : Equals(a, b);
}
