# One measurement in a PowerShell of its own: a piece of work, by the module or by what else PowerShell has. Writes lines such as
# 'seconds 1.25'. The work is done once before, on a little, so that nothing is compiled or connected while it is measured.
param([string] $Work, [string] $Side, [string] $Url, [string] $Module, [string] $LoginId, [string] $Column, [int] $Count)
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
# Nothing that a proxy or another culture could change.
[System.Threading.Thread]::CurrentThread.CurrentCulture = [System.Globalization.CultureInfo]::InvariantCulture
$client, $tenant = $LoginId.Split('@')
$api = $Url + 'api/data/v9.2/'
$columns = $Column.Split(',')
$select = '$select=' + ($columns -join ',').Replace('businessunitid', '_businessunitid_value')

function Write-Measure { param([string] $Name, $Value) [Console]::Out.WriteLine("$Name $Value") }

# Seconds and processor seconds of an action.
function Measure-Work {
    param([scriptblock] $Action)
    [System.GC]::Collect()
    $process = [System.Diagnostics.Process]::GetCurrentProcess()
    $before = $process.TotalProcessorTime
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    . $Action
    $seconds = $watch.Elapsed.TotalSeconds
    $process.Refresh()
    Write-Measure seconds $seconds
    Write-Measure processor ($process.TotalProcessorTime - $before).TotalSeconds
    Write-Measure peak $process.PeakWorkingSet64
}

if ($Work -eq 'import') {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    if ($Side -eq 'ours' -or $Side -eq 'empty') { Import-Module -Name $Module }
    else { Add-Type -TypeDefinition ([System.IO.File]::ReadAllText($Module)) }
    Write-Measure seconds $watch.Elapsed.TotalSeconds
    return
}

if ($Side -eq 'ours') {
    Import-Module -Name $Module
    $password = [securestring]::new()
    foreach ($character in $env:BENCH_SECRET.ToCharArray()) { $password.AppendChar($character) }
    $null = Connect-Dynamics365 -Url $Url -Authority $Url -Credential ([pscredential]::new($LoginId, $password)) -ApiPath 'api/data/v9.2/'
}
else {
    $form = @{ grant_type = 'client_credentials'; client_id = $client; client_secret = $env:BENCH_SECRET; scope = "$Url.default" }
    $token = (Invoke-RestMethod -Method Post -Uri "$Url$tenant/oauth2/v2.0/token" -Body $form).access_token
    $headers = @{ Authorization = "Bearer $token"; Prefer = 'odata.maxpagesize=5000' }
}

# Every user as an object, by the pages' nextLinks.
function Read-Page {
    param([string] $Next)
    while ($Next) {
        $page = Invoke-RestMethod -Uri $Next -Headers $headers
        $page.value
        $Next = $page.'@odata.nextLink'
    }
}

switch ($Work) {
    'list' {
        if ($Side -eq 'ours') {
            $null = Get-Dynamics365User -Property $columns -First 10
            Measure-Work { $script:rows = @(Get-Dynamics365User -Property $columns) }
        }
        else {
            $null = Read-Page "${api}systemusers?$select&`$top=10"
            Measure-Work { $script:rows = @(Read-Page "${api}systemusers?$select") }
        }
        Write-Measure rows $rows.Count
    }
    'typed' {
        $null = Get-Dynamics365User -First 10
        Measure-Work { $script:rows = @(Get-Dynamics365User) }
        Write-Measure rows $rows.Count
    }
    'stream' {
        $null = Get-Dynamics365User -First 10
        Measure-Work { Get-Dynamics365User | Out-Null }
    }
    'members' {
        # Who holds which role, of the whole environment; or asked for one user after the other, of so many users.
        if ($Side -eq 'ours') {
            $null = Get-Dynamics365User -First 10
            Measure-Work { $script:rows = @(Get-Dynamics365UserRole -All) }
            Write-Measure rows $rows.Count
        }
        else {
            $users = @((Invoke-RestMethod -Headers $headers -Uri "${api}systemusers?`$select=systemuserid&`$top=$Count").value)
            Measure-Work {
                $script:rows = @(foreach ($user in $users) {
                        (Invoke-RestMethod -Headers $headers -Uri "${api}systemusers($($user.systemuserid))/systemuserroles_association?`$select=roleid,name").value
                    })
            }
            Write-Measure rows $rows.Count
        }
    }
    'get' {
        # As in a session that has gone on for a while: .NET compiles what runs often anew, several times.
        $id = 'c0000000-0000-4000-8000-000000000002'
        if ($Side -eq 'ours') {
            $null = 1..1500 | ForEach-Object { Get-Dynamics365User -Id $id -Property fullname }
            Measure-Work { foreach ($number in 1..$Count) { $null = Get-Dynamics365User -Id $id -Property fullname } }
        }
        elseif ($Side -eq 'other') {
            $null = 1..1500 | ForEach-Object { Invoke-RestMethod -Uri "${api}systemusers($id)?`$select=fullname" -Headers $headers }
            Measure-Work { foreach ($number in 1..$Count) { $null = Invoke-RestMethod -Uri "${api}systemusers($id)?`$select=fullname" -Headers $headers } }
        }
        else {
            $http = [System.Net.Http.HttpClient]::new()
            $http.DefaultRequestHeaders.Authorization = [System.Net.Http.Headers.AuthenticationHeaderValue]::new('Bearer', $token)
            $address = "${api}systemusers($id)?`$select=fullname"
            $null = 1..1500 | ForEach-Object { $http.GetStringAsync($address).GetAwaiter().GetResult() }
            Measure-Work { foreach ($number in 1..$Count) { $null = $http.GetStringAsync($address).GetAwaiter().GetResult() } }
        }
    }
    'assign' {
        # The role of its own unit for each of so many users who lack it.
        $role = 'Sales Manager'
        $without = "isdisabled eq false and applicationid eq null and not systemuserroles_association/any(r:r/name eq '$role')"
        if ($Side -eq 'ours') {
            $users = @(Get-Dynamics365User -Filter $without -Property systemuserid -First $Count | ForEach-Object { $_.systemuserid })
            # Nothing changes for those who have it.
            $null = Get-Dynamics365User -Role $role -Enabled -Property systemuserid -First 200 | Add-Dynamics365UserRole -Role $role -ThrottleLimit 8
            Measure-Work { $script:steps = @($users | Add-Dynamics365UserRole -Role $role -ThrottleLimit 8) }
            Write-Measure rows @($steps | Where-Object { $_.Action -in 'Added', 'Unchanged' }).Count
        }
        else {
            $found = Invoke-RestMethod -Headers $headers -Uri "${api}systemusers?`$select=systemuserid,_businessunitid_value&`$filter=$without&`$top=$Count"
            $roles = @{}
            foreach ($one in (Invoke-RestMethod -Headers $headers -Uri "${api}roles?`$select=roleid,_businessunitid_value&`$filter=name eq '$role'").value) { $roles[$one._businessunitid_value] = $one.roleid }
            Measure-Work {
                foreach ($user in $found.value) {
                    $body = "{`"@odata.id`":`"${api}roles($($roles[$user._businessunitid_value]))`"}"
                    $null = Invoke-RestMethod -Method Post -Headers $headers -ContentType 'application/json' -Body $body -Uri "${api}systemusers($($user.systemuserid))/systemuserroles_association/`$ref"
                }
            }
            Write-Measure rows $found.value.Count
        }
    }
    default { throw "There is no work '$Work'." }
}
