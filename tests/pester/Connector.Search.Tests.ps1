# Search-Data: the four search queries of the documentation, and what is refused.
Describe 'Search-Data' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $known = Get-Known
        $runspace = New-ConnectorRunspace
    }
    BeforeEach { Reset-Server }
    AfterAll { $runspace.Dispose() }

    Context 'Retrieve information about system user objects in a Dynamics365 environment' {
        It 'Search query for synchronizing all systemusers' {
            $found = Invoke-Connector $runspace Search-Data -Query 'Get-Dynamics365User' -Requested systemuserid, fullname
            $found.Errors.Length | Should -Be 0
            $found.Output.Length | Should -Be 5
            (@($found.Output[0].Keys) -join ' ') | Should -BeExactly 'systemuserid fullname'
        }

        It 'Search query for synchronizing single systemuser' {
            $found = Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Id $($known.Adele)" -Requested fullname, businessunitid
            $found.Output.Length | Should -Be 1
            $found.Result['fullname'] | Should -Be 'Adele Example'
            $found.Result['businessunitid'] | Should -Be $known.Sales
        }

        It 'takes a filter and a limit' {
            (Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Filter 'isdisabled eq true'" -Requested fullname).Result['fullname'] | Should -Be 'Chiara Example'
            (Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Filter `"lastname eq 'Sample-O''Neil'`" -First 1" -Requested lastname).Result['lastname'] | Should -Be "Sample-O'Neil"
        }
    }

    Context 'Retrieve information about roles in a Dynamics365 environment' {
        It 'Search query for synchronizing all roles' {
            (Invoke-Connector $runspace Search-Data -Query 'get-dynamics365role' -Requested roleid, name).Output.Length | Should -Be 18
        }

        It 'Search query for synchronizing single role' {
            (Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365Role -Id '$($known.SalesManager)'" -Requested name).Result['name'] | Should -Be 'Sales Manager'
        }
    }

    Context 'only what changed' {
        BeforeEach { $file = [System.IO.Path]::Combine([System.IO.Path]::GetTempPath(), [guid]::NewGuid().ToString('n')) }
        AfterEach { foreach ($kind in 'user', 'role') { [System.IO.File]::Delete("$file.$kind") } }

        It 'gives all the first time and then what changed since' {
            $search = @{ Query = 'Get-Dynamics365User'; Requested = 'systemuserid', 'JobTitle'; Variables = @{ changeTokenFile = $file } }
            (Invoke-Connector $runspace Search-Data @search).Output.Length | Should -Be 5
            (Invoke-Connector $runspace Search-Data @search).Output.Length | Should -Be 0
            $null = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes (New-ConnectorAttribute 'jobtitle' 'Clerk')
            $found = Invoke-Connector $runspace Search-Data @search
            $found.Output.Length | Should -Be 1
            (@($found.Result.Keys) -join ' ') | Should -BeExactly 'systemuserid JobTitle'
            "$($found.Result['systemuserid']) $($found.Result['JobTitle'])" | Should -Be "$($known.Adele) Clerk"
            (Invoke-Connector $runspace Search-Data -Query 'Get-Dynamics365Role' -Requested roleid -Variables @{ changeTokenFile = $file }).Output.Length | Should -Be 18
        }

        It 'reads all again where the token is of no use: <Name>' -ForEach @(
            @{ Name = 'too old'; Names = 'systemuserid'; Spoil = { Reset-Server } }
            @{ Name = 'of other columns'; Names = 'fullname'; Spoil = { } }
            @{ Name = 'no token'; Names = 'systemuserid'; Spoil = { [System.IO.File]::WriteAllText("$file.user", 'scrambled') } }
        ) {
            $null = Invoke-Connector $runspace Search-Data -Query 'Get-Dynamics365User' -Requested systemuserid -Variables @{ changeTokenFile = $file }
            . $Spoil
            foreach ($count in 5, 0) {
                $found = Invoke-Connector $runspace Search-Data -Query 'Get-Dynamics365User' -Requested $Names -Variables @{ changeTokenFile = $file }
                "$($found.Output.Length) $($found.Errors.Length)" | Should -Be "$count 0"
            }
        }

        It 'reads all each time where the environment does not track changes' {
            Set-ServerSetting '{"changeTrackedTables":["role"]}'
            foreach ($round in 1, 2) {
                (Invoke-Connector $runspace Search-Data -Query 'Get-Dynamics365User' -Requested fullname -Variables @{ changeTokenFile = $file }).Output.Length | Should -Be 5
            }
        }

        It 'gives no record of a user that was deleted, but a warning' {
            $search = @{ Query = 'Get-Dynamics365User'; Requested = 'fullname', 'systemuserid'; Variables = @{ changeTokenFile = $file } }
            $null = Invoke-Connector $runspace Search-Data @search
            Set-ServerSetting "{`"deleteDisabledUsers`":true,`"usersGoneFromEntra`":[`"$($known.Chiara)`"]}"
            Import-Module -Name $env:DYNAMICS365_MODULE -Global
            $connection = Connect-Dynamics365 -Url (Get-ServerUrl) -Authority (Get-ServerUrl) -Credential (New-TestCredential) -Name deleting
            # The first time it is only marked; the second time it goes.
            $null = Remove-Dynamics365User -Id $known.Chiara -Force -Confirm:$false -Connection $connection
            $null = Remove-Dynamics365User -Id $known.Chiara -Force -Confirm:$false -Connection $connection
            Disconnect-Dynamics365 -Connection deleting
            $found = Invoke-Connector $runspace Search-Data @search
            "$($found.Errors.Length) $(@($found.Output | Where-Object { $_['systemuserid'] -eq $known.Chiara }).Length)" | Should -Be '0 0'
            ($found.Warnings -join ' ') | Should -BeLike "*$($known.Chiara) was deleted*"
        }

        It 'reads what is asked for with a filter or an id as ever' {
            $null = Invoke-Connector $runspace Search-Data -Query 'Get-Dynamics365User' -Requested fullname -Variables @{ changeTokenFile = $file }
            (Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Id $($known.Adele)" -Requested fullname -Variables @{ changeTokenFile = $file }).Output.Length | Should -Be 1
        }

        AfterAll { $null = Invoke-Connector $runspace Test-ConnectorConnection -Variables @{ changeTokenFile = '' } }
    }

    Context 'requested names' {
        It 'match without regard to case, and keep their spelling' {
            $found = Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Id $($known.Adele)" -Requested FullName, INTERNALEMAILADDRESS
            (@($found.Result.Keys) -join ' ') | Should -BeExactly 'FullName INTERNALEMAILADDRESS'
            $found.Result['INTERNALEMAILADDRESS'] | Should -Be 'adele@contoso.example'
        }

        It 'that no column has are null' {
            foreach ($round in 1, 2) {
                $found = Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Id $($known.Adele)" -Requested fullname, shoesize, 'no name'
                $found.Errors.Length | Should -Be 0
                $found.Result['fullname'] | Should -Be 'Adele Example'
                $found.Result.Contains('shoesize') | Should -BeTrue
                $found.Result['shoesize'] | Should -Be $null
                $found.Result['no name'] | Should -Be $null
            }
            # The second round knows it already.
            @(Get-Wire | Where-Object { $_ -eq 'GET 400' }).Length | Should -Be 1
        }

        It 'are all columns where the host names none' {
            $found = Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Id $($known.Adele)"
            @($found.Result.Keys).Length | Should -Be 21
            $found.Result['systemuserid'] | Should -Be $known.Adele
        }
    }

    Context 'failures' {
        It 'tells a user that is not there, and writes no record' {
            $found = Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Id $($known.Nobody)" -Requested fullname
            $found.Output.Length | Should -Be 0
            $found.Errors.Length | Should -Be 1
            $found.Errors[0].FullyQualifiedErrorId | Should -BeLike 'NO_SUCH_IDENTIFIER*'
        }

        It 'tells a filter that the environment refuses' {
            $found = Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Filter 'x equals y'" -Requested fullname
            $found.Errors.Length | Should -Be 1
        }
    }

    Context 'a query is parsed, not evaluated' {
        It 'refuses <_>' -ForEach @(
            'Get-Process'
            'Get-Dynamics365User; Get-Process'
            'Get-Dynamics365User | Remove-Item x'
            'Get-Dynamics365User -Id (Get-Process)'
            'Get-Dynamics365User -Id $env:PATH'
            'Get-Dynamics365User -Filter "$(1)"'
            'Get-Dynamics365User -Filter { 1 }'
            '& Get-Dynamics365User'
            '. Get-Dynamics365User'
            '$x = Get-Dynamics365User'
            'Get-Dynamics365User @x'
            'Get-Dynamics365User > file'
            'Get-Dynamics365User -Connection x'
            'Get-Dynamics365User -Id me'
            'Get-Dynamics365User -Id'
            'Get-Dynamics365User adele'
            'Get-Dynamics365User -First 0'
            'Get-Dynamics365User -Filter a -Filter b'
            'Get-Dynamics365User -Filter ""'
            'Get-Dynamics365User &'
            'Get-Dynamics365Connection'
            'Disconnect-Dynamics365'
            'function f { }'
            "Get-Dynamics365User -Filter 'a"
            ''
        ) {
            $found = Invoke-Connector $runspace Search-Data -Query $_ -Requested fullname
            $found.Output.Length | Should -Be 0
            $found.Errors.Length | Should -Be 1
            $found.Errors[0].Exception.Message | Should -BeLike 'The search query*was refused*Allowed are Get-Dynamics365User and Get-Dynamics365Role*'
            @(Get-WirePath).Length | Should -Be 0
        }
    }
}
