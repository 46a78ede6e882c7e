# Secrets, keys and tokens are in no stream, no error, no object, no argument and no file, whichever way to sign in is used and however it fails.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $noRoots = Test-Gap roots
    $noCertificate = Test-Gap ephemeral-keys, cng-keys
}

Describe 'Secrets' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Import-Module -Name $env:DYNAMICS365_MODULE -Global
        $url = Get-ServerUrl
        $client, $tenant = (Get-LoginId).Split('@')
        $at = @{ Url = $url; Authority = $url }
        $keys = [System.IO.Path]::Combine($env:DYNAMICS365_ROOT, 'tests', 'keys')
        $secret = 'q~Zk8Q~a+/%&="''wP2.uXyz_0123456789'
        $password = 'pfx-password-0123456789'
        $pem = [System.IO.File]::ReadAllText("$keys/application.pem")
        $key = [regex]::Replace([regex]::Match($pem, '(?s)PRIVATE KEY-----(.*?)-----END').Groups[1].Value, '\s', '')

        # The forms in which a secret could be written: as it is, for URLs, and by base64 of its UTF-8 or UTF-16 wherever in a group it begins.
        function Get-SecretForm {
            param([string] $Text)
            $Text
            [uri]::EscapeDataString($Text)
            foreach ($encoding in [System.Text.Encoding]::UTF8, [System.Text.Encoding]::Unicode) {
                foreach ($before in 0, 1, 2) {
                    $bytes = [byte[]]::new($before) + $encoding.GetBytes($Text)
                    $whole = [System.Convert]::ToBase64String($bytes).TrimEnd('=')
                    $start = [int][System.Math]::Ceiling($before * 8 / 6)
                    $length = [int][System.Math]::Floor($bytes.Length * 8 / 6) - $start
                    $whole.Substring($start, $length)
                    $whole.Substring($start, $length).Replace('+', '-').Replace('/', '_')
                }
            }
        }

        function Assert-NoSecret {
            param([string] $Text, [string] $What)
            # A part of it would do: each form is looked for by a piece of its middle as well.
            foreach ($one in $secret, $password, $key, $script:token) {
                foreach ($form in (Get-SecretForm $one)) {
                    foreach ($piece in $form, $form.Substring([int]($form.Length / 3), [System.Math]::Min(20, [int]($form.Length / 2)))) {
                        $Text.IndexOf($piece, [System.StringComparison]::OrdinalIgnoreCase) | Should -Be -1 -Because "$What must not have a secret in it"
                    }
                }
            }
        }

        # Everything that running a script block shows: all streams, the error list, and whatever objects hold.
        function Get-Shown {
            param([scriptblock] $Action)
            $text = [System.Text.StringBuilder]::new()
            $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
            try {
                $null = $shell.AddScript('param($module, $action, $names, $values) Import-Module $module; for ($i = 0; $i -lt $names.Length; $i++) { $ExecutionContext.SessionState.PSVariable.Set($names[$i], $values[$i]) }; . ([scriptblock]::Create($action)); Get-Dynamics365Connection')
                $null = $shell.AddArgument($env:DYNAMICS365_MODULE).AddArgument("`$VerbosePreference = 'Continue'; `$DebugPreference = 'Continue'; `$InformationPreference = 'Continue'; $Action")
                $names = 'url', 'at', 'client', 'tenant', 'keys', 'given', 'wrong', 'credential', 'opens', 'token'
                $values = $url, $at, $client, $tenant, $keys, (ConvertTo-TestSecureString $secret), (ConvertTo-TestSecureString $password), [pscredential]::new((Get-LoginId), (ConvertTo-TestSecureString $secret)), (ConvertTo-TestSecureString 'test-pfx-password'), (ConvertTo-TestSecureString $script:token)
                $null = $shell.AddArgument($names).AddArgument($values)
                $output = @()
                try { $output = @($shell.Invoke()) } catch { $output = @($_) }
                $streams = @($shell.Streams.Error) + @($shell.Streams.Warning) + @($shell.Streams.Verbose) + @($shell.Streams.Debug) + @($shell.Streams.Information) + @($shell.Streams.Progress)
                $script:verbose = @($shell.Streams.Verbose).Length
                $script:failed = @($shell.Streams.Error).Length -gt 0 -or @($output | Where-Object { $_ -is [System.Management.Automation.ErrorRecord] }).Length -gt 0
                $errors = @($shell.Runspace.SessionStateProxy.GetVariable('Error'))
                foreach ($item in $output + $streams + $errors) {
                    $null = $text.AppendLine([string]$item)
                    # What Export-Clixml and remoting would write.
                    $null = $text.AppendLine([System.Management.Automation.PSSerializer]::Serialize($item, 4))
                    if ($item -is [System.Management.Automation.ErrorRecord]) {
                        for ($exception = $item.Exception; $null -ne $exception; $exception = $exception.InnerException) { $null = $text.AppendLine($exception.ToString()) }
                        $null = $text.AppendLine([string]$item.TargetObject).AppendLine([string]$item.ScriptStackTrace).AppendLine([string]$item.InvocationInfo.Line)
                    }
                }
            }
            finally { $shell.Dispose() }
            $text.ToString()
        }

        # The same for an action that works.
        function Assert-NothingShown {
            param([string] $Name, [scriptblock] $Action)
            $shown = Get-Shown $Action
            $script:failed | Should -BeFalse -Because $shown
            $script:verbose | Should -BeGreaterThan 0
            Assert-NoSecret $shown $Name
        }

        $script:token = 'none-yet-0123456789-0123456789'
        $null = Connect-Dynamics365 @at -Credential (New-TestCredential) -Name helper
        $form = "client_id=$client&client_secret=$(Get-Secret)&grant_type=client_credentials&scope=$url.default"
        $script:token = (Invoke-Dynamics365Request -Connection helper -Method POST -Path "$url$tenant/oauth2/v2.0/token" -Header @{ 'Content-Type' = 'application/x-www-form-urlencoded' } -Body $form).access_token
        Disconnect-Dynamics365 -Connection helper
        $before = @([System.IO.Directory]::GetFiles([System.IO.Path]::GetTempPath(), '*', [System.IO.SearchOption]::TopDirectoryOnly))
    }
    BeforeEach {
        Reset-Server
        # The application has this secret besides its own, and the certificate.
        $null = Invoke-Control POST "_local/applications/$client/secrets" ('{"value":"' + $secret.Replace('"', '\"') + '"}')
        $null = Invoke-Control POST "_local/applications/$client/certificates" $pem
    }

    It 'are shown nowhere when signing in works: <Name>' -ForEach @(
        @{ Name = 'a credential'; Action = { Connect-Dynamics365 @at -Credential $credential; Get-Dynamics365User -First 2 } }
        @{ Name = 'version 1'; Action = { Connect-Dynamics365 @at -Credential $credential -TokenEndpointVersion 1 } }
        @{ Name = 'a PEM file'; Action = { Connect-Dynamics365 @at -ClientId $client -TenantId $tenant -CertificatePath "$keys/application.pem" } }
        @{ Name = 'an access token'; Action = { Connect-Dynamics365 -Url $url -AccessToken $token; Test-Dynamics365Connection } }
        @{ Name = 'a token provider'; Action = { Connect-Dynamics365 -Url $url -TokenProvider { $token }; Get-Dynamics365User -First 2 } }
    ) {
        Assert-NothingShown $Name $Action
    }

    It 'are shown nowhere when signing in works: a client secret' -Skip:$noRoots {
        Assert-NothingShown 'a client secret' { Connect-Dynamics365 -Url $url -ClientId $client -ClientSecret $given }
    }

    It 'are shown nowhere when signing in works: a PFX file' -Skip:$noCertificate {
        Assert-NothingShown 'a PFX file' { Connect-Dynamics365 @at -ClientId $client -TenantId $tenant -CertificatePath "$keys/application.pfx" -CertificatePassword $opens; Test-Dynamics365Connection }
    }

    It 'are shown nowhere when signing in fails: <Name>' -ForEach @(
        @{ Name = 'another secret'; Action = { Connect-Dynamics365 @at -ClientId $client -TenantId $tenant -ClientSecret $wrong } }
        @{ Name = 'another tenant'; Action = { Connect-Dynamics365 @at -ClientId $client -TenantId nowhere.example -ClientSecret $given } }
        @{ Name = 'another application'; Action = { Connect-Dynamics365 @at -ClientId 99999999-9999-4999-8999-999999999999 -TenantId $tenant -ClientSecret $given } }
        @{ Name = 'no application'; Action = { Connect-Dynamics365 @at -ClientId nobody -TenantId $tenant -ClientSecret $given } }
        @{ Name = 'no server'; Action = { Connect-Dynamics365 -Url 'http://127.0.0.1:1/' -ClientId $client -TenantId $tenant -ClientSecret $given -MaxTries 1 } }
        @{ Name = 'plain http'; Action = { Connect-Dynamics365 -Url 'http://contoso.example/' -ClientId $client -TenantId $tenant -ClientSecret $given } }
        @{ Name = 'another password of a PFX file'; Action = { Connect-Dynamics365 @at -ClientId $client -TenantId $tenant -CertificatePath "$keys/application.pfx" -CertificatePassword $wrong } }
        @{ Name = 'a password for a PEM file'; Action = { Connect-Dynamics365 @at -ClientId $client -TenantId $tenant -CertificatePath "$keys/application.pem" -CertificatePassword $wrong } }
        @{ Name = 'a key of another certificate'; Action = { Connect-Dynamics365 @at -ClientId $client -TenantId $tenant -CertificatePath "$keys/mismatched.pem" } }
        @{ Name = 'an environment that refuses the token'; Action = { Connect-Dynamics365 -Url $url -TokenProvider { $token } }; Fault = '{"method":"GET","path":"WhoAmI","times":0,"action":{"status":401}}' }
        @{ Name = 'a token end point that sends back garbage'; Action = { Connect-Dynamics365 @at -Credential $credential }; Fault = '{"method":"POST","path":"/oauth2/","times":0,"action":{"garbage":true}}' }
        @{ Name = 'an application without a user'; Action = { Connect-Dynamics365 @at -ClientId 33333333-3333-4333-8333-333333333333 -TenantId $tenant -ClientSecret $given } }
        @{ Name = 'a provider that fails'; Action = { Connect-Dynamics365 -Url $url -TokenProvider { throw 'no' } } }
        @{ Name = 'a command after a wrong secret'; Action = { Connect-Dynamics365 @at -ClientId $client -TenantId $tenant -ClientSecret $wrong -SkipTest; Get-Dynamics365User; Test-Dynamics365Connection } }
    ) {
        if ($null -ne $Fault) { Add-ServerFault $Fault }
        $shown = Get-Shown $Action
        $script:failed | Should -BeTrue -Because $shown
        Assert-NoSecret $shown $Name
    }

    It 'are shown nowhere where the sign-in host sends back what it was sent' {
        $body = '{"error":"invalid_client","error_description":"AADSTS7000215: You sent ' + $secret.Replace('\', '\\').Replace('"', '\"') + ' and ' + [uri]::EscapeDataString($secret) + '","error_codes":[7000215]}'
        $fault = '{"method":"POST","path":"/oauth2/","times":0,"action":{"status":401,"headers":{"x-ms-request-id":"x"},"body":' + $body + '}}'
        Add-ServerFault $fault
        $shown = Get-Shown { Connect-Dynamics365 @at -Credential $credential }
        $shown | Should -BeLike '*`[secret`]*'
        Assert-NoSecret $shown 'The echo'
    }

    It 'are shown by the connector neither when it works nor when it fails' {
        $runspace = New-ConnectorRunspace
        try {
            $text = [System.Text.StringBuilder]::new()
            foreach ($password in $secret, "$secret-wrong") {
                foreach ($function in 'Test-ConnectorConnection', 'Search-Data', 'Save-Identity', 'Suspend-Identity') {
                    $found = Invoke-Connector $runspace "`$VerbosePreference = 'Continue'; $function -Verbose" -Secret $password -Query 'Get-Dynamics365User' -Identity $client
                    foreach ($item in @($found.Output) + @($found.Errors) + @($found.Verbose)) {
                        $null = $text.AppendLine([string]$item).AppendLine([System.Management.Automation.PSSerializer]::Serialize($item, 4))
                    }
                }
            }
            $state = $runspace.SessionStateProxy.GetVariable('Dynamics365ConnectorState')
            $null = $text.AppendLine([System.Management.Automation.PSSerializer]::Serialize($state, 8))
            foreach ($entry in @($runspace.SessionStateProxy.GetVariable('Error'))) { $null = $text.AppendLine([string]$entry).AppendLine([System.Management.Automation.PSSerializer]::Serialize($entry, 4)) }
            $text.Length | Should -BeGreaterThan 1000
            Assert-NoSecret $text.ToString() 'The connector'
        }
        finally { $runspace.Dispose() }
    }

    It 'are in no argument of the process, and in no file' {
        Assert-NoSecret ([System.Environment]::CommandLine) 'The command line'
        if ([System.IO.File]::Exists('/proc/self/cmdline')) { Assert-NoSecret ([System.IO.File]::ReadAllText('/proc/self/cmdline')) 'The command line' }
        foreach ($file in [System.IO.Directory]::GetFiles([System.IO.Path]::GetTempPath(), '*', [System.IO.SearchOption]::TopDirectoryOnly)) {
            if ($before -contains $file) { continue }
            try {
                # Pipes of other programs, which would be waited for, have no length.
                $length = [System.IO.FileInfo]::new($file).Length
                if ($length -eq 0 -or $length -gt 10000000) { continue }
                $text = [System.Text.Encoding]::GetEncoding(28591).GetString([System.IO.File]::ReadAllBytes($file))
            }
            # Another program's file, which is open or gone.
            catch { continue }
            Assert-NoSecret $text $file
        }
    }

    It 'would be found by this test' {
        foreach ($form in (Get-SecretForm $secret)) { (Get-Failure { Assert-NoSecret "before $form after" 'x' }).Exception.Message | Should -BeLike '*must not have a secret*' }
    }
}
