Describe 'Connections' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Import-Module -Name $env:DYNAMICS365_MODULE -Global
        $url = Get-ServerUrl
        $known = Get-Known
        $at = @{ Url = $url; Authority = $url }
    }
    BeforeEach {
        Reset-Server
        Disconnect-Dynamics365 -All
    }

    It 'signs in with Login Id and secret as a credential' {
        $connection = Connect-Dynamics365 @at -Credential (New-TestCredential)
        $connection.UserId | Should -Be $known.Application
        $connection.IsDefault | Should -BeTrue
        $connection.LoginId | Should -Be (Get-LoginId)
        $connection.Name | Should -Be ([uri]$url).Authority
    }

    It 'signs in with tenant, client id and client secret' {
        $client, $tenant = (Get-LoginId).Split('@')
        $connection = Connect-Dynamics365 @at -TenantId $tenant -ClientId $client -ClientSecret (ConvertTo-TestSecureString (Get-Secret))
        $connection.UserId | Should -Be $known.Application
    }

    It 'signs in with a given access token' {
        $null = Connect-Dynamics365 @at -Credential (New-TestCredential)
        $client, $tenant = (Get-LoginId).Split('@')
        $form = "client_id=$client&client_secret=$(Get-Secret)&grant_type=client_credentials&scope=$url.default"
        $token = (Invoke-Dynamics365Request -Method POST -Path "$url$tenant/oauth2/v2.0/token" -Header @{ 'Content-Type' = 'application/x-www-form-urlencoded' } -Body $form).access_token
        $connection = Connect-Dynamics365 @at -AccessToken (ConvertTo-TestSecureString $token) -Name token
        $connection.UserId | Should -Be $known.Application
        $failure = Get-Failure { Connect-Dynamics365 @at -AccessToken (ConvertTo-TestSecureString 'none') -Name other }
        $failure.Exception.Status | Should -Be 'AuthenticationFailed'
    }

    It 'tells what is left of the limits, as the last reply said' {
        $connection = Connect-Dynamics365 @at -Credential (New-TestCredential) -Name limited
        $null = Get-Dynamics365User -Connection limited
        $before = (Get-Dynamics365Connection -Name limited).RequestsLeft
        $null = Get-Dynamics365User -Connection limited
        $now = Get-Dynamics365Connection -Name limited
        $before - $now.RequestsLeft | Should -Be 1
        $now.TimeLeft.TotalSeconds | Should -BeGreaterThan 1
        $now.AdvisedParallelism | Should -Be 4
        Disconnect-Dynamics365 -Connection limited
    }

    It 'makes no request with -SkipTest' {
        $null = Connect-Dynamics365 @at -Credential (New-TestCredential) -SkipTest
        @(Get-WirePath).Length | Should -Be 0
    }

    It 'keeps several connections by name' {
        $null = Connect-Dynamics365 @at -Credential (New-TestCredential) -Name one
        $null = Connect-Dynamics365 @at -Credential (New-TestCredential) -Name two
        (Get-Dynamics365Connection -Default).Name | Should -Be 'two'
        (@(Get-Dynamics365User -Connection ONE -First 1)).Length | Should -Be 1
        Disconnect-Dynamics365 -Connection two
        (Get-Dynamics365Connection -Default).Name | Should -Be 'one'
        (@(Get-Dynamics365Connection)).Length | Should -Be 1
        $failure = Get-Failure { Get-Dynamics365User -Connection two }
        $failure.Exception.Status | Should -Be 'ConnectionNotFound'
        $failure.Exception.Message | Should -BeLike "*'one'*"
    }

    It 'refuses a closed connection and tells what to do' {
        $connection = Connect-Dynamics365 @at -Credential (New-TestCredential)
        Disconnect-Dynamics365
        $failure = Get-Failure { Get-Dynamics365User -Connection $connection -ErrorAction Stop }
        $failure.Exception.Status | Should -Be 'NotConnected'
        $failure = Get-Failure { Get-Dynamics365User }
        $failure.Exception.Message | Should -BeLike '*Use Connect-Dynamics365 first*'
        (Get-Failure { Get-Dynamics365Connection -Name nowhere -ErrorAction Stop }).Exception.Status | Should -Be 'ConnectionNotFound'
    }

    It 'tells a wrong secret without repeating it' {
        $failure = Get-Failure { Connect-Dynamics365 @at -Credential (New-TestCredential -Secret 'wrong-and-hidden') }
        $failure.FullyQualifiedErrorId | Should -BeLike 'Dynamics365.AuthenticationFailed*'
        $failure.CategoryInfo.Category | Should -Be 'AuthenticationError'
        $failure.Exception.ErrorCode | Should -Be 'AADSTS7000215'
        $failure.Exception.Message | Should -Not -BeLike '*wrong-and-hidden*'
        @(Get-Dynamics365Connection).Length | Should -Be 0
    }

    It 'refuses what can not be a configuration: <What>' -ForEach @(
        @{ What = 'plain http elsewhere'; Arguments = @{ Url = 'http://contoso.example/' }; Says = '*plain http*' }
        @{ What = 'no address'; Arguments = @{ Url = 'contoso' }; Says = "*'contoso'*" }
        @{ What = 'a proxy that is none'; Arguments = @{ Url = 'https://contoso.example/'; Proxy = '::' }; Says = '*proxy*' }
        @{ What = 'a certificate that is not there'; Arguments = @{ Url = 'https://contoso.example/'; RootCertificate = 'no-such-file.pem' }; Says = '*no-such-file.pem*' }
    ) {
        $failure = Get-Failure { Connect-Dynamics365 @Arguments -Credential (New-TestCredential) -SkipTest }
        $failure.Exception.Status | Should -Be 'InvalidConfiguration'
        $failure.Exception.Message | Should -BeLike $Says
    }

    It 'tests a connection and names the step that fails' {
        $null = Connect-Dynamics365 @at -Credential (New-TestCredential) -Name good
        $good = Test-Dynamics365Connection -Connection good
        $good.Success | Should -BeTrue
        $good.UserId | Should -Be $known.Application
        $good.Version | Should -BeLike '9.*'
        (@($good.Steps | ForEach-Object { $_.Step }) -join ' ') | Should -Be 'NameResolution Connection Environment SignIn ApplicationUser Privileges'
        @($good.MissingPrivileges).Length | Should -Be 0

        $null = Connect-Dynamics365 @at -Credential (New-TestCredential -Secret wrong) -SkipTest -Name bad
        $bad = Test-Dynamics365Connection
        $bad.Success | Should -BeFalse
        $bad.Step | Should -Be 'SignIn'
        $stranger = '33333333-3333-4333-8333-333333333333@' + (Get-LoginId).Split('@')[1]
        $null = Connect-Dynamics365 @at -Credential (New-TestCredential -LoginId $stranger) -SkipTest -Name stranger
        (Test-Dynamics365Connection).Step | Should -Be 'ApplicationUser'
        $null = Connect-Dynamics365 -Url 'http://127.0.0.1:1/' -Credential (New-TestCredential) -SkipTest -MaxTries 1 -Name gone
        (Test-Dynamics365Connection).Step | Should -Be 'Connection'
    }

    It 'uses another API path' {
        $null = Connect-Dynamics365 @at -Credential (New-TestCredential) -ApiPath 'api/data/v9.2/'
        @(Get-WirePath)[-1] | Should -BeLike 'GET /api/data/v9.2/WhoAmI*'
    }
}
