# Ways to sign in besides Login Id and secret: certificates, given tokens, token providers, the tenant that the environment names.
BeforeDiscovery {
    Import-Module "$PSScriptRoot/Support.psm1" -Force
    $noRoots = Test-Gap roots
    $noCertificate = Test-Gap ephemeral-keys, cng-keys
}

Describe 'Signing in' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Import-Module -Name $env:DYNAMICS365_MODULE -Global
        $url = Get-ServerUrl
        $known = Get-Known
        $client, $tenant = (Get-LoginId).Split('@')
        $at = @{ Url = $url; Authority = $url }
        $keys = [System.IO.Path]::Combine($env:DYNAMICS365_ROOT, 'tests', 'keys')
        $password = ConvertTo-TestSecureString 'test-pfx-password'
        $thumbprint = '4747A9885C40B058BB6D1166B3526BB1FEC7776C'

        # Lets the application sign in with the certificate of tests/keys.
        function Add-TestCertificate {
            $null = Invoke-Control POST "_local/applications/$client/certificates" ([System.IO.File]::ReadAllText("$keys/application.pem"))
        }
        # A token of the server, as another program would get it.
        function Get-TestToken {
            $null = Connect-Dynamics365 @at -Credential (New-TestCredential) -Name helper
            $form = "client_id=$client&client_secret=$(Get-Secret)&grant_type=client_credentials&scope=$url.default"
            (Invoke-Dynamics365Request -Connection helper -Method POST -Path "$url$tenant/oauth2/v2.0/token" -Header @{ 'Content-Type' = 'application/x-www-form-urlencoded' } -Body $form).access_token
            Disconnect-Dynamics365 -Connection helper
        }
        # Windows keeps a key that a store's certificate has in a file of its own, which stays when the certificate goes.
        function Remove-PersistedKey {
            param([System.Security.Cryptography.X509Certificates.X509Certificate2] $Certificate)
            $key = [System.Security.Cryptography.X509Certificates.RSACertificateExtensions]::GetRSAPrivateKey($Certificate)
            if ($key -is [System.Security.Cryptography.RSACng]) { $key.Key.Delete() }
            elseif ($key -is [System.Security.Cryptography.RSACryptoServiceProvider]) { $key.PersistKeyInCsp = $false }
            if ($null -ne $key) { $key.Dispose() }
        }
        function Get-TokenRequest { @(Get-WirePath | Where-Object { $_ -like 'POST*oauth2*' }) }
    }
    BeforeEach {
        Reset-Server
        Disconnect-Dynamics365 -All
    }

    Context 'without a tenant' -Skip:$noRoots {
        It 'asks the environment for its tenant' {
            $connection = Connect-Dynamics365 -Url $url -ClientId $client -ClientSecret (ConvertTo-TestSecureString (Get-Secret))
            $connection.UserId | Should -Be $known.Application
            $connection.LoginId | Should -Be $client
            @(Get-TokenRequest)[0] | Should -BeLike "POST /$tenant/oauth2/v2.0/token*"
        }

        It 'takes a credential whose user name is the client id alone' {
            (Connect-Dynamics365 -Url $url -Credential (New-TestCredential -LoginId $client)).UserId | Should -Be $known.Application
        }

        It 'sends no secret where the environment asks to sign in elsewhere' {
            Add-ServerFault '{"method":"GET","path":"WhoAmI","action":{"status":401,"headers":{"WWW-Authenticate":"Bearer authorization_uri=https://login.evil.example/t/oauth2/authorize"}}}'
            $failure = Get-Failure { Connect-Dynamics365 -Url $url -ClientId $client -ClientSecret (ConvertTo-TestSecureString (Get-Secret)) }
            $failure.Exception.Status | Should -Be 'AuthenticationFailed'
            $failure.Exception.Message | Should -BeLike '*login.evil.example*No secret was sent*'
            @(Get-TokenRequest).Length | Should -Be 0
        }
    }

    It 'uses version 1 of the token end point where that is asked for' {
        $null = Connect-Dynamics365 @at -Credential (New-TestCredential) -TokenEndpointVersion 1
        @(Get-TokenRequest)[0] | Should -BeLike "POST /$tenant/oauth2/token*"
    }

    It 'hands further options to the library, which judges them' {
        $null = Connect-Dynamics365 @at -Credential (New-TestCredential) -Option @{ api_path = 'api/data/v9.2'; max_headers = 90 }
        @(Get-WirePath)[-1] | Should -BeLike 'GET /api/data/v9.2/WhoAmI*'
        (Get-Failure { Connect-Dynamics365 @at -Credential (New-TestCredential) -Option @{ colour = 'red' } }).Exception.Message | Should -BeLike "*no option 'colour'*max_body_bytes*"
        $null = Connect-Dynamics365 @at -Credential (New-TestCredential) -SkipTest -Option @{ max_body_bytes = 1100 }
        (Get-Failure { Get-Dynamics365User -ErrorAction Stop }).Exception.Message | Should -BeLike '*max_body_bytes*'
    }

    Context 'with a certificate' {
        BeforeEach { Add-TestCertificate }

        It 'opens a <Name>' -ForEach @(
            @{ Name = 'PEM file'; File = 'application.pem' }
            @{ Name = 'PEM file with the older form of key'; File = 'application-pkcs1.pem' }
        ) {
            $connection = Connect-Dynamics365 @at -TenantId $tenant -ClientId $client -CertificatePath "$keys/$File"
            $connection.UserId | Should -Be $known.Application
            @(Get-TokenRequest).Length | Should -Be 1
            @(Get-Dynamics365User -First 2).Length | Should -Be 2
        }

        It 'opens a PFX file with its password' -Skip:$noCertificate {
            $connection = Connect-Dynamics365 @at -TenantId $tenant -ClientId $client -CertificatePath "$keys/application.pfx" -CertificatePassword $password
            $connection.UserId | Should -Be $known.Application
            @(Get-TokenRequest).Length | Should -Be 1
            @(Get-Dynamics365User -First 2).Length | Should -Be 2
        }

        It 'signs at version <Version> of the token end point by <Algorithm>' -Skip:$noCertificate -ForEach @(
            @{ Version = 1; Algorithm = 'PS256' }, @{ Version = 1; Algorithm = 'RS256' }, @{ Version = 2; Algorithm = 'RS256' }
        ) {
            $connection = Connect-Dynamics365 @at -TenantId $tenant -ClientId $client -CertificatePath "$keys/application.pfx" -CertificatePassword $password -TokenEndpointVersion $Version -Option @{ assertion_algorithm = $Algorithm }
            $connection.UserId | Should -Be $known.Application
        }

        It 'asks the environment for its tenant as well' -Skip:$noRoots {
            (Connect-Dynamics365 -Url $url -ClientId $client -CertificatePath "$keys/application.pem").UserId | Should -Be $known.Application
        }

        It 'takes a certificate object' -Skip:$noCertificate {
            $certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new("$keys/application.pfx", $password)
            (Connect-Dynamics365 @at -TenantId $tenant -ClientId $client -Certificate $certificate).UserId | Should -Be $known.Application
        }

        It 'finds a certificate in the personal store by its thumbprint, however that was copied' -Skip:$noCertificate {
            # On other systems than Windows the store is in the home folder, as it is when a process first opens one: not in the real one.
            $folder = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), [guid]::NewGuid().ToString('n'))
            $null = [System.IO.Directory]::CreateDirectory($folder)
            $before = $env:HOME
            if ($null -ne $before) { [System.Environment]::SetEnvironmentVariable('HOME', $folder) }
            $certificate = [System.Security.Cryptography.X509Certificates.X509Certificate2]::new("$keys/application.pfx", $password, [System.Security.Cryptography.X509Certificates.X509KeyStorageFlags]::PersistKeySet)
            $store = [System.Security.Cryptography.X509Certificates.X509Store]::new('My', 'CurrentUser')
            $store.Open('ReadWrite')
            $store.Add($certificate)
            try {
                $copied = [char]0x200E + '47 47 a9 88 5c 40 b0 58 bb 6d 11 66 b3 52 6b b1 fe c7 77 6c'
                (Connect-Dynamics365 @at -TenantId $tenant -ClientId $client -CertificateThumbprint $copied).UserId | Should -Be $known.Application
                # A list asks for a signature as well, when its token is refused.
                Add-ServerFault '{"method":"GET","path":"systemusers","action":{"status":401}}'
                @(Get-Dynamics365User).Length | Should -Be 5
                @(Get-TokenRequest).Length | Should -Be 2
            }
            finally {
                $store.Remove($certificate)
                $store.Dispose()
                Remove-PersistedKey $certificate
                if ($null -ne $before) { [System.Environment]::SetEnvironmentVariable('HOME', $before) }
                [System.IO.Directory]::Delete($folder, $true)
            }
        }

        It 'tells a certificate that the application does not have' -Skip:$noCertificate {
            Reset-Server
            $failure = Get-Failure { Connect-Dynamics365 @at -TenantId $tenant -ClientId $client -CertificatePath "$keys/application.pfx" -CertificatePassword $password }
            $failure.Exception.ErrorCode | Should -Be 'AADSTS700027'
            $failure.Exception.Message | Should -BeLike '*Upload the certificate*'
        }
    }

    Context 'with a certificate that can not be used' {
        It 'refuses <Name> before any request' -ForEach @(
            @{ Name = 'a wrong password'; File = 'application.pfx'; Secret = 'wrong-and-hidden'; Says = '*application.pfx*can''t be opened*-CertificatePassword*' }
            @{ Name = 'no password'; File = 'application.pfx'; Secret = $null; Says = '*can''t be opened*' }
            @{ Name = 'a PEM file with a password'; File = 'application.pem'; Secret = 'wrong-and-hidden'; Says = '*Leave -CertificatePassword out*' }
            @{ Name = 'an encrypted PEM file'; File = 'application-encrypted.pem'; Secret = $null; Says = '*encrypted*openssl pkey*' }
            @{ Name = 'a key of another certificate'; File = 'mismatched.pem'; Secret = $null; Says = '*not the one of the certificate*' }
            @{ Name = 'an elliptic key'; File = 'elliptic.pem'; Secret = $null; Says = '*RSA*' }
            @{ Name = 'a file without a key'; File = 'application.cer'; Secret = $null; Says = '*without its private key*' }
            @{ Name = 'a file that is not there'; File = 'nothing.pfx'; Secret = $null; Says = '*nothing.pfx*can''t be read*' }
        ) {
            $more = @{}
            if ($null -ne $Secret) { $more['CertificatePassword'] = ConvertTo-TestSecureString $Secret }
            $failure = Get-Failure { Connect-Dynamics365 @at -TenantId $tenant -ClientId $client -CertificatePath "$keys/$File" @more }
            $failure.Exception.Status | Should -Be 'InvalidConfiguration'
            $failure.Exception.Message | Should -BeLike $Says
            $failure.Exception.Message | Should -Not -BeLike '*wrong-and-hidden*'
            @(Get-WirePath).Length | Should -Be 0
        }

        It 'refuses a thumbprint that is none, and one that no store has' {
            (Get-Failure { Connect-Dynamics365 @at -ClientId $client -CertificateThumbprint 'contoso' }).Exception.Message | Should -BeLike '*40 hexadecimal digits*'
            $failure = Get-Failure { Connect-Dynamics365 @at -ClientId $client -CertificateThumbprint ('0' * 40) }
            $failure.Exception.Status | Should -Be 'InvalidConfiguration'
            $failure.Exception.Message | Should -BeLike '*CurrentUser\My*LocalMachine\My*-CertificatePath*'
        }
    }

    Context 'with a token provider' {
        It 'takes what the provider writes: <Name>' -ForEach @(
            @{ Name = 'text'; Shape = { param($Token) $Token } }
            @{ Name = 'a SecureString'; Shape = { param($Token) ConvertTo-TestSecureString $Token } }
            @{ Name = 'an object as Get-AzAccessToken writes it'; Shape = { param($Token) [pscustomobject]@{ Token = ConvertTo-TestSecureString $Token; ExpiresOn = [System.DateTimeOffset]::UtcNow.AddHours(1) } } }
            @{ Name = 'an object with a date'; Shape = { param($Token) [pscustomobject]@{ AccessToken = $Token; ExpiresOn = [datetime]::Now.AddHours(1) } } }
            @{ Name = 'the reply of a token end point'; Shape = { param($Token) @{ access_token = $Token; expires_in = '3599' } } }
            @{ Name = 'the reply of the first version'; Shape = { param($Token) @{ access_token = $Token; expires_on = [string][long]([datetime]::UtcNow.AddHours(1) - [datetime]::new(1970, 1, 1)).TotalSeconds } } }
            @{ Name = 'a time span'; Shape = { param($Token) [pscustomobject]@{ Token = $Token; ExpiresIn = [timespan]::FromHours(1) } } }
        ) {
            $token = Get-TestToken
            $asked = [System.Collections.Generic.List[string]]::new()
            Reset-Server
            $connection = Connect-Dynamics365 -Url $url -TokenProvider { param($Resource) $asked.Add($Resource); & $Shape $token }
            $connection.UserId | Should -Be $known.Application
            $null = Get-Dynamics365User -Id $known.Adele
            $asked.Count | Should -Be 1
            $asked[0] | Should -Be $url.TrimEnd('/')
            @(Get-TokenRequest).Length | Should -Be 0
        }

        It 'asks again when a token ends, and in the middle of a list' {
            $token = Get-TestToken
            $asked = [System.Collections.Generic.List[string]]::new()
            $null = Connect-Dynamics365 -Url $url -PageSize 2 -AccessTokenCallback { $asked.Add('asked'); @{ access_token = $token; expires_in = 3599 } }
            Add-ServerFault '{"method":"GET","path":"skiptoken","action":{"status":401}}'
            @(Get-Dynamics365User).Length | Should -Be 5
            $asked.Count | Should -Be 2
            $null = Connect-Dynamics365 -Url $url -TokenProvider { $asked.Add('asked'); @{ access_token = $token; expires_on = 1000000000 } }
            $asked.Count | Should -Be 3
        }

        It 'tells what the provider says in place of a token: <Name>' -ForEach @(
            @{ Name = 'an exception'; Provider = { throw 'the vault is sealed' }; Says = '*gave no access token: the vault is sealed*' }
            @{ Name = 'nothing'; Provider = { }; Says = '*wrote 0 objects*' }
            @{ Name = 'two things'; Provider = { 'a'; 'b' }; Says = '*wrote 2 objects*' }
            @{ Name = 'null'; Provider = { $null }; Says = '*one access token is needed*' }
            @{ Name = 'an object without a token'; Provider = { [pscustomobject]@{ Name = 'x' } }; Says = '*an object without a token*' }
            @{ Name = 'an empty text'; Provider = { '' }; Says = '*is empty*' }
            @{ Name = 'what no header can hold'; Provider = { "a`r`nHost: evil.example" }; Says = '*characters that a header can''t hold*' }
        ) {
            $failure = Get-Failure { Connect-Dynamics365 -Url $url -TokenProvider $Provider }
            $failure.Exception.Status | Should -Be 'AuthenticationFailed'
            $failure.Exception.Message | Should -BeLike $Says
            @(Get-WirePath).Length | Should -Be 0
        }

        It 'tells a provider whose token the environment refuses twice' {
            $asked = [System.Collections.Generic.List[string]]::new()
            $failure = Get-Failure { Connect-Dynamics365 -Url $url -TokenProvider { $asked.Add('asked'); 'no token of this server' } }
            $failure.Exception.StatusCode | Should -Be 401
            $asked.Count | Should -Be 2
        }

        It 'runs the provider in its own runspace only, and says so elsewhere' {
            $token = Get-TestToken
            $connection = Connect-Dynamics365 -Url $url -TokenProvider { @{ access_token = $token; expires_in = 1 } } -SkipTest
            $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
            try {
                $null = $shell.AddScript('param($module, $connection, $user) Import-Module $module; try { Get-Dynamics365User -Connection $connection -Id $user } catch { $_.Exception.Message }')
                $said = @($shell.AddArgument($env:DYNAMICS365_MODULE).AddArgument($connection).AddArgument($known.Adele).Invoke())
                $said[0] | Should -BeLike '*belongs to another runspace*Connect in each runspace*'
            }
            finally { $shell.Dispose() }
            (Get-Dynamics365User -Connection $connection -Id $known.Adele).FullName | Should -Be 'Adele Example'
        }

        It 'can be stopped while the provider runs' {
            $shell = [powershell]::Create([initialsessionstate]::CreateDefault2())
            $entered = [System.Threading.ManualResetEventSlim]::new($false)
            try {
                $null = $shell.AddScript('param($module, $url, $entered) Import-Module $module; Connect-Dynamics365 -Url $url -TokenProvider { $entered.Set(); while ($true) { [System.Threading.Thread]::Sleep(10) } }')
                $null = $shell.AddArgument($env:DYNAMICS365_MODULE).AddArgument($url).AddArgument($entered).BeginInvoke()
                $entered.Wait(60000) | Should -BeTrue
                $watch = [System.Diagnostics.Stopwatch]::StartNew()
                $shell.Stop()
                $shell.InvocationStateInfo.State | Should -Be 'Stopped'
                $watch.ElapsedMilliseconds | Should -BeLessThan 10000
                @(Get-WirePath).Length | Should -Be 0
            }
            finally {
                $shell.Dispose()
                $entered.Dispose()
            }
        }
    }

    It 'shows neither what answers questions nor a key in a connection' {
        $connection = Connect-Dynamics365 -Url $url -TokenProvider { 'hush-hush' } -SkipTest
        $names = @(foreach ($property in $connection.psobject.Properties) { $property.Name })
        $names -contains 'Source' | Should -BeFalse
        $names -contains 'source' | Should -BeFalse
        (@(foreach ($property in $connection.psobject.Properties) { [string]$property.Value }) -join ' ') | Should -Not -BeLike '*hush-hush*'
    }
}
