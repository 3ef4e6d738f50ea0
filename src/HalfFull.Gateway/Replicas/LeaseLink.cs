using System.Runtime.InteropServices;

namespace HalfFull.Gateway.Replicas;

/// <summary>A lease's neighbours in a <see cref="LeaseList"/>.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct LeaseLink
{
    internal Lease? Older { get; set; }

    internal Lease? Newer { get; set; }

    internal bool IsIn { get; set; }
}
