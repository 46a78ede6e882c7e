using System.Management.Automation.Host;

namespace PowerShellEngine.Host;

/// <summary>What scripts may ask about the console; where there is none, a page of 120 columns.</summary>
internal sealed class EngineRawInterface : PSHostRawUserInterface
{
    private static readonly Size WithoutConsole = new(120, 50);

    /// <inheritdoc/>
    public override ConsoleColor ForegroundColor { get; set; } = (ConsoleColor)(-1);

    /// <inheritdoc/>
    public override ConsoleColor BackgroundColor { get; set; } = (ConsoleColor)(-1);

    /// <inheritdoc/>
    public override Coordinates CursorPosition { get; set; }

    /// <inheritdoc/>
    public override Coordinates WindowPosition { get; set; }

    /// <inheritdoc/>
    public override int CursorSize { get; set; } = 25;

    /// <inheritdoc/>
    public override Size BufferSize { get; set; } = ConsoleSize();

    /// <inheritdoc/>
    public override Size WindowSize { get; set; } = ConsoleSize();

    /// <inheritdoc/>
    public override Size MaxWindowSize => WindowSize;

    /// <inheritdoc/>
    public override Size MaxPhysicalWindowSize => WindowSize;

    /// <inheritdoc/>
    public override bool KeyAvailable => !Console.IsInputRedirected && Console.KeyAvailable;

    /// <inheritdoc/>
    public override string WindowTitle { get; set; } = string.Empty;

    /// <inheritdoc/>
    public override void FlushInputBuffer()
    {
        while (KeyAvailable)
        {
            Console.ReadKey(intercept: true);
        }
    }

    /// <inheritdoc/>
    public override KeyInfo ReadKey(ReadKeyOptions options)
    {
        var key = Console.ReadKey((options & ReadKeyOptions.NoEcho) != 0);
        return new KeyInfo((int)key.Key, key.KeyChar, default, keyDown: true);
    }

    /// <inheritdoc/>
    public override BufferCell[,] GetBufferContents(Rectangle rectangle) => throw NoScreen();

    /// <inheritdoc/>
    public override void ScrollBufferContents(Rectangle source, Coordinates destination, Rectangle clip, BufferCell fill) =>
        throw NoScreen();

    /// <inheritdoc/>
    public override void SetBufferContents(Coordinates origin, BufferCell[,] contents) => throw NoScreen();

    /// <inheritdoc/>
    public override void SetBufferContents(Rectangle rectangle, BufferCell fill) => throw NoScreen();

    private static NotSupportedException NoScreen() =>
        new("This host writes lines only: the content of the screen can neither be read nor set.");

    private static Size ConsoleSize()
    {
        if (Console.IsOutputRedirected)
        {
            return WithoutConsole;
        }

        try
        {
            return Console.WindowWidth > 0 ? new Size(Console.WindowWidth, Math.Max(Console.WindowHeight, 1)) : WithoutConsole;
        }
        catch (IOException)
        {
            return WithoutConsole;
        }
    }
}
