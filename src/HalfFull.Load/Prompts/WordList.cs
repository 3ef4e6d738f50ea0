namespace HalfFull.Load.Prompts;

/// <summary>
/// 256 short, common English words. With a space in front each is one token for the byte-pair vocabularies in use today, so that
/// a text of n of them is about n tokens for any model; <see cref="TokenCalibration"/> corrects for the model at hand.
/// </summary>
internal static class WordList
{
    private const string Text = """
        the of and to in is that it was for on are as with his they at be this from have or by one had not but what all were
        when we there can an your which their said if do will each about how up out them then she many some so these would other into has
        more her two like him see time could no make than first been its who now people my made over did down only way find use may
        water long little very after words called just where most know get through back much before go good new write our me man too any
        day same right look think also around another came come work three word must because does part even place well such here take why
        help put years away again off went old number great tell men say small every found still between name should home big give
        air line set own under read last never us left end along while might next sound below saw both few those always show large often
        asked house world going want school until form food keep feet land side without boy once animals life enough took four head above
        kind began almost live page got earth need far hand high year mother light country father let night picture being study second soon story since
        white ever paper hard near better best across during today however sure knew told
        young sun thing whole hear example heard several change answer room sea
        """;

    /// <summary>The words, each with a space in front: 2 to 8 bytes.</summary>
    public static IReadOnlyList<string> Words { get; } =
        [.. Text.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).Select(static word => " " + word)];
}
