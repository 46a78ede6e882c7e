function Disconnect-Dynamics365 {
    <#
    .SYNOPSIS
    Closes connections of this session.

    .DESCRIPTION
    Closes the default connection, the given ones, or with -All every connection of this session. A closed connection can't be used any more.
    If the default connection is closed, the one that was opened last among the others becomes the default. Nothing is sent to the environment.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .PARAMETER All
    Close every connection of this session.

    .EXAMPLE
    Disconnect-Dynamics365

    Closes the default connection.

    .EXAMPLE
    Disconnect-Dynamics365 -All

    Closes all connections of this session.

    .INPUTS
    Dynamics365.Connection

    .OUTPUTS
    None.
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'Connection')]
    [OutputType([void])]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ParameterSetName = 'Connection')] $Connection,
        [Parameter(Mandatory, ParameterSetName = 'All')] [switch] $All
    )
    begin { . $script:UseCallerPreference }
    process {
        if ($All) { $closing = $script:Connections.ToArray() } else { $closing = @(Resolve-Connection $PSCmdlet $Connection) }
        foreach ($one in $closing) {
            $null = $script:Connections.Remove($one)
            $one.IsDefault = $false
            $one.GetHandle().Dispose()
            if ([object]::ReferenceEquals($one, $script:DefaultConnection)) {
                $next = $null
                if ($script:Connections.Count -gt 0) { $next = $script:Connections[$script:Connections.Count - 1] }
                Set-DefaultConnection $next
            }
        }
    }
}
