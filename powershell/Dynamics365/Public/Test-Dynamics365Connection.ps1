function Test-Dynamics365Connection {
    <#
    .SYNOPSIS
    Finds out whether a connection works.

    .DESCRIPTION
    Walks from the host's name to the privileges of the application user: NameResolution, Connection, Tls, Environment, SignIn, ApplicationUser, Privileges. The result
    lists the steps with what was found; where one fails, the walk ends there, Step names it, and Message says what to do. Privileges that only changes need are listed
    in MissingPrivileges and fail no test. A failed test is a result, not an error.

    .PARAMETER Connection
    The connection, or its name. Without it, the default connection.

    .EXAMPLE
    Test-Dynamics365Connection

    Tests the default connection.

    .EXAMPLE
    Connect-Dynamics365 -Url https://test.crm4.dynamics.com -Credential $credential -SkipTest | Test-Dynamics365Connection

    Makes a connection without a request, and tests it.

    .INPUTS
    Dynamics365.Connection

    .OUTPUTS
    Dynamics365.ConnectionTest
    #>
    [CmdletBinding(PositionalBinding = $false)]
    [OutputType('Dynamics365.ConnectionTest')]
    param([Parameter(Position = 0, ValueFromPipeline)] $Connection)
    begin { . $script:UseCallerPreference }
    process {
        $tested = Resolve-Connection $PSCmdlet $Connection
        $result = (Get-DataType 'ConnectionTest')::new()
        $result.Name = $tested.Name
        $result.Url = $tested.Url
        $watch = [System.Diagnostics.Stopwatch]::StartNew()
        try {
            $found = ConvertFrom-JsonText (Invoke-Operation -Cmdlet $PSCmdlet -Connection $tested -Function 'd365_client_test')
            $result.Success = $found.success
            $result.Version = $found.version
            $result.MissingPrivileges = [string[]](Get-JsonList $found 'missingPrivileges')
            $result.Steps = @(foreach ($step in (Get-JsonList $found 'steps')) {
                    $one = (Get-DataType 'ConnectionStep')::new()
                    $one.Step = $step.step
                    $one.Success = $step.success
                    $one.Detail = $step.detail
                    $one.Duration = [timespan]::FromMilliseconds($step.milliseconds)
                    $one
                })
            $last = (Get-JsonList $found 'steps')[-1]
            $result.Step = $last.step
            $result.Message = $last.detail
            $result.ErrorId = $last.status
            $result.ErrorCode = $last.code
            if ($null -ne $last.httpStatus) { $result.StatusCode = $last.httpStatus }
            if ($null -ne $found.who) {
                $result.UserId = $found.who.UserId
                $result.BusinessUnitId = $found.who.BusinessUnitId
                $result.OrganizationId = $found.who.OrganizationId
                Set-ConnectionUser -Connection $tested -Answer $found.who
                $tested.Version = $found.version
            }
            if ($result.Success) { $result.Message = "Signed in to $($tested.Url) as the user $($result.UserId). $($last.detail)" }
        }
        catch {
            $exception = $_.Exception
            if ($exception -isnot (Get-DataType 'RequestException') -or $exception.Status -ceq 'Cancelled') { $PSCmdlet.ThrowTerminatingError($_) }
            $result.Step = 'Configuration'
            $result.Message = $exception.Message
            $result.ErrorId = $exception.Status
        }
        $result.Duration = $watch.Elapsed
        $result
    }
}
