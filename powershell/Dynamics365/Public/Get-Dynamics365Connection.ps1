function Get-Dynamics365Connection {
    <#
    .SYNOPSIS
    Lists the connections of this session.

    .DESCRIPTION
    Writes the connections that Connect-Dynamics365 opened in this session (this runspace): name, address, who is signed in, and which one is
    the default. A connection never holds a secret that could be shown. RequestsLeft and TimeLeft are what the environment's last reply said of its
    service protection limits (requests and execution time within five minutes), AdvisedParallelism how many requests at once it advises.

    .PARAMETER Name
    The name of a connection; wildcards are allowed. Without it, all.

    .PARAMETER Default
    Only the default connection.

    .EXAMPLE
    Get-Dynamics365Connection

    Lists all connections.

    .EXAMPLE
    Get-Dynamics365Connection -Default

    Shows the connection that commands use when -Connection is not given.

    .EXAMPLE
    Get-Dynamics365Connection | Format-List Name, Version, RequestsLeft, TimeLeft, AdvisedParallelism

    Shows how much the environments take at the moment.

    .INPUTS
    None.

    .OUTPUTS
    Dynamics365.Connection
    #>
    [CmdletBinding(PositionalBinding = $false, DefaultParameterSetName = 'Name')]
    [OutputType('Dynamics365.Connection')]
    param(
        [Parameter(Position = 0, ParameterSetName = 'Name')] [SupportsWildcards()] [string] $Name,
        [Parameter(Mandatory, ParameterSetName = 'Default')] [switch] $Default
    )
    . $script:UseCallerPreference
    foreach ($connection in $script:Connections.ToArray()) {
        if ($Default -and -not $connection.IsDefault) { continue }
        if ($PSBoundParameters.ContainsKey('Name') -and $connection.Name -notlike $Name) { continue }
        Update-ConnectionLimit $connection
        $connection
    }
    if ($PSBoundParameters.ContainsKey('Name') -and -not [System.Management.Automation.WildcardPattern]::ContainsWildcardCharacters($Name)) {
        foreach ($connection in $script:Connections) { if ($connection.Name -eq $Name) { return } }
        $PSCmdlet.WriteError((New-Failure -Status 'ConnectionNotFound' -TargetObject $Name -Message "There is no connection named '$Name' in this session."))
    }
}
