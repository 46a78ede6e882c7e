# Possible errors: each row of the documentation's table, and the codes of OpenIAM.
Describe 'Possible errors' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $known = Get-Known
        $runspace = New-ConnectorRunspace
    }
    BeforeEach { Reset-Server }
    AfterAll { $runspace.Dispose() }

    It "Got API response status code - '500': a user in a 'broken' state, after isdisabled was set to NULL using the API" {
        Import-Module -Name $env:DYNAMICS365_MODULE -Global
        $null = Connect-Dynamics365 -Url (Get-ServerUrl) -Authority (Get-ServerUrl) -Credential (New-TestCredential) -Name breaker
        $null = Invoke-Dynamics365Request -Connection breaker -Method PATCH -Path "systemusers($($known.Adele))" -Body '{"isdisabled":null}'
        Disconnect-Dynamics365 -Connection breaker
        $outcome = Invoke-Connector $runspace Suspend-Identity -Identity $known.Adele
        $outcome.Result.Status | Should -Be 'FAILURE'
        $outcome.Result.ErrorMessage | Should -BeLike "Got API response status code - '500'. ErrorMessage - 'Server returned 'InternalServerError'*"
        $outcome.Result.ErrorMessage | Should -BeLike "*Cause: *broken*What to do: *attributes*compare the user*"
    }

    It 'Unable to retrieve attribute=businessunitid for entityLogicalName=systemuser: no businessunitid on create' {
        $outcome = Invoke-Connector $runspace Save-Identity -Identity $known.Nobody -Attributes @(New-ConnectorAttribute internalemailaddress x@contoso.example ADD)
        $outcome.Result.ErrorCode | Should -Be 'INVALID_ATTRIBUTE'
        $outcome.Result.ErrorMessage | Should -BeLike 'Unable to retrieve attribute=businessunitid for entityLogicalName=systemuser*Cause: *What to do: Specify businessunitid, or find out why the connector does not receive this value*'
        @(Get-Change).Length | Should -Be 0
    }

    It 'gives OpenIAM the code <Code> for <What>' -ForEach @(
        @{ What = 'a missing privilege'; Setting = '{"deniedPrivileges":["prvWriteUser"]}'; Fault = ''; Code = 'INSUFFICIENT_RIGHTS' }
        @{ What = 'an environment that is away'; Setting = ''; Fault = '{"method":"GET","path":"systemusers","action":{"status":503,"headers":{"Retry-After":"9999"}}}'; Code = 'SYSTEM_UNAVAILABLE' }
        @{ What = 'a throttle beyond patience'; Setting = ''; Fault = '{"method":"PATCH","action":{"status":429,"headers":{"Retry-After":"9999"}}}'; Code = 'SYSTEM_UNAVAILABLE' }
        @{ What = 'an attribute that is none'; Setting = ''; Fault = ''; Code = 'INVALID_ATTRIBUTE' }
    ) {
        if ($Setting) { Set-ServerSetting $Setting }
        # Its own runspace: a throttled client holds its further requests.
        $own = New-ConnectorRunspace
        try {
            if ($Fault) { Add-ServerFault $Fault }
            $name = 'jobtitle'
            if ($Code -eq 'INVALID_ATTRIBUTE') { $name = 'shoesize' }
            $outcome = Invoke-Connector $own Save-Identity -Identity $known.Adele -Attributes @(New-ConnectorAttribute $name x)
            $outcome.Result.ErrorCode | Should -Be $Code -Because $outcome.Result.ErrorMessage
            $outcome.Errors.Length | Should -Be 1
            $outcome.Errors[0].Exception.Message | Should -Be $outcome.Result.ErrorMessage
        }
        finally { $own.Dispose() }
    }

    It 'reports an add whose roles fail as failed, and says that the user is there' {
        $id = 'c1000000-0000-4000-8000-000000000002'
        $outcome = Invoke-Connector $runspace Save-Identity -Identity $id -Attributes @(
            New-ConnectorAttribute businessunitid $known.Sales ADD
            New-ConnectorAttribute internalemailaddress y@contoso.example ADD
            New-ConnectorAttribute roleid $known.Nobody ADD
        )
        $outcome.Result.Status | Should -Be 'FAILURE'
        $outcome.Result.Changed | Should -BeTrue
        $outcome.Result.IdentityName | Should -Be $id
        ($outcome.Result.Messages -join ' ') | Should -BeLike '*Created: user*'
    }
}
