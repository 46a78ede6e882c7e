Describe 'Users' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        Connect-TestServer
        $known = Get-Known
    }
    BeforeEach { Reset-Server }

    Context 'Get-Dynamics365User' {
        It 'gets all users as typed objects' {
            $users = @(Get-Dynamics365User)
            $users.Length | Should -Be 5
            $users[0].GetType().FullName | Should -Be 'Dynamics365.User'
            $adele = $users | Where-Object { $_.FullName -eq 'Adele Example' }
            $adele.BusinessUnitId | Should -Be $known.Sales
            $adele.IsDisabled | Should -BeOfType ([bool])
            $adele.MiddleName | Should -Be $null
        }

        It 'gets one user by id, by e-mail address and by domain name' {
            (Get-Dynamics365User -Id $known.Adele).FullName | Should -Be 'Adele Example'
            (Get-Dynamics365User -Email ADELE@contoso.example).SystemUserId | Should -Be $known.Adele
            (Get-Dynamics365User -DomainName adele@contoso.example).SystemUserId | Should -Be $known.Adele
            @(Get-Dynamics365User -Email nobody@contoso.example).Length | Should -Be 0
        }

        It 'gets users by ids and by objects from the pipeline' {
            $users = @($known.Adele, [guid]$known.Bruno, [pscustomobject]@{ SystemUserId = $known.Chiara } | Get-Dynamics365User)
            ($users.FirstName -join ' ') | Should -Be 'Adele Bruno Chiara'
        }

        It 'filters, limits, and takes columns of choice' {
            (Get-Dynamics365User -Filter 'isdisabled eq true').FullName | Should -Be 'Chiara Example'
            @(Get-Dynamics365User -First 2).Length | Should -Be 2
            $row = Get-Dynamics365User -Filter "lastname eq 'Sample-O''Neil'" -Property FullName, isdisabled, modifiedon
            (@($row.psobject.Properties | ForEach-Object { $_.Name }) -join ' ') | Should -BeExactly 'FullName isdisabled modifiedon'
            $row.isdisabled | Should -BeOfType ([bool])
        }

        It 'streams over many pages' {
            $small = Connect-Dynamics365 -Url (Get-ServerUrl) -Authority (Get-ServerUrl) -Credential (New-TestCredential) -PageSize 2 -Name small
            Reset-Server
            @(Get-Dynamics365User -Connection $small).Length | Should -Be 5
            @(Get-Wire).Length | Should -Be 3
            Disconnect-Dynamics365 -Connection small
        }

        It 'tells a user that is not there, and goes on with the next' {
            $users = @($known.Nobody, $known.Adele | Get-Dynamics365User -ErrorAction SilentlyContinue -ErrorVariable failures)
            $users.Length | Should -Be 1
            @($failures).Length | Should -Be 1
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'Dynamics365.UserNotFound*'
            $failures[0].TargetObject | Should -Be $known.Nobody
        }

        It 'tells columns and filters that are none' {
            (Get-Failure { Get-Dynamics365User -Property shoesize -ErrorAction Stop }).Exception.Message | Should -BeLike "*'shoesize'*"
            (Get-Failure { Get-Dynamics365User -Filter 'fullname equals x' -ErrorAction Stop }).Exception.StatusCode | Should -Be 400
            (Get-Failure { Get-Dynamics365User -Id me -ErrorAction Stop }).Exception.Message | Should -BeLike "*'me'*"
            (Get-Failure { [pscustomobject]@{ Name = 'x' } | Get-Dynamics365User -ErrorAction Stop }).Exception.Message | Should -BeLike '*names no user*'
        }
    }

    Context 'New-Dynamics365User' {
        It 'creates a user and returns it' {
            $change = New-Dynamics365User -BusinessUnitId $known.Sales -InternalEmailAddress erika@contoso.example -FirstName Erika -LastName Example
            $change.Action | Should -Be 'Created'
            $change.Changed | Should -BeTrue
            $change.User.FullName | Should -Be 'Erika Example'
            (@(Get-Change) -join '; ') | Should -Be 'create systemusers'
        }

        It 'creates users from rows with the names of the attributes' {
            $rows = @(
                [pscustomobject]@{ BusinessUnitId = $known.Sales; InternalEmailAddress = 'a@contoso.example'; IsDisabled = 'False' }
                [pscustomobject]@{ BusinessUnitId = $known.Service; InternalEmailAddress = 'b@contoso.example'; IsDisabled = 'True' }
            )
            $changes = @($rows | New-Dynamics365User)
            ($changes.User.IsDisabled -join ' ') | Should -Be 'False True'
        }

        It 'takes attributes as a dictionary' {
            $change = New-Dynamics365User -Attribute @{ businessunitid = $known.Sales; internalemailaddress = 'c@contoso.example'; title = 'Dr' }
            $change.User.Title | Should -Be 'Dr'
        }

        It 'needs business unit and e-mail address, and says so before any request' {
            $failure = Get-Failure { New-Dynamics365User -InternalEmailAddress d@contoso.example -ErrorAction Stop }
            $failure.Exception.Status | Should -Be 'MissingAttribute'
            $failure.Exception.Message | Should -BeLike 'Unable to retrieve attribute=businessunitid for entityLogicalName=systemuser*'
            @(Get-Wire).Length | Should -Be 0
        }

        It 'leaves it to the environment which further attributes there are' {
            $needed = @{ BusinessUnitId = $known.Sales; InternalEmailAddress = 's@contoso.example' }
            $failure = Get-Failure { New-Dynamics365User @needed -Attribute @{ shoesize = 42 } -ErrorAction Stop }
            $failure.Exception.Status | Should -Be 'InvalidAttribute'
            $failure.Exception.Message | Should -BeLike '*shoesize*'
            $change = New-Dynamics365User @needed -Attribute @{ address1_city = 'Ulm'; 'parentsystemuserid@odata.bind' = "/systemusers($($known.Dora))" }
            (Get-Dynamics365User -Id $change.SystemUserId -Property address1_city).address1_city | Should -Be 'Ulm'
        }

        It 'makes an application user of an application' {
            $change = New-Dynamics365User -ApplicationId 77777777-7777-4777-8777-777777777777 -BusinessUnitId $known.Contoso
            $change.User.AccessMode | Should -Be 4
        }
    }

    Context 'Set-Dynamics365User' {
        It 'sends only what differs' {
            $change = Set-Dynamics365User -Id $known.Adele -FirstName Adele -JobTitle 'Head of Sales'
            $change.Action | Should -Be 'Updated'
            $change.Changes.Attribute | Should -Be 'jobtitle'
            $change.Changes.After | Should -Be 'Head of Sales'
            (@(Get-Change) -join '; ') | Should -Be 'update systemusers jobtitle'
        }

        It 'leaves a user alone that is as asked for' {
            $change = Set-Dynamics365User -Id $known.Adele -FirstName Adele
            $change.Action | Should -Be 'Unchanged'
            (@(Get-Wire) -join ' ') | Should -Be 'GET 200'
        }

        It 'clears an attribute with an empty value' {
            $null = Set-Dynamics365User -Id $known.Adele -JobTitle Clerk
            (Set-Dynamics365User -Id $known.Adele -JobTitle '').User.JobTitle | Should -Be $null
        }

        It 'warns that domainname can not be changed' {
            $change = Set-Dynamics365User -Id $known.Adele -Attribute @{ domainname = 'x@contoso.example' } -WarningVariable warnings -WarningAction SilentlyContinue
            $change.Action | Should -Be 'Unchanged'
            [string]$warnings[0] | Should -BeLike 'domainname was left out*'
        }

        It 'refuses a parameter and an attribute for the same thing' {
            (Get-Failure { Set-Dynamics365User -Id $known.Adele -Title Dr -Attribute @{ title = 'Prof' } }).Exception.Status | Should -Be 'InvalidArgument'
        }
    }

    Context 'Enable-Dynamics365User and Disable-Dynamics365User' {
        It 'change what is not so already, and say what they did' {
            $changes = @(
                Disable-Dynamics365User -Id $known.Adele
                Disable-Dynamics365User -Id $known.Adele
                Enable-Dynamics365User -Id $known.Adele
                Enable-Dynamics365User -Id $known.Adele
            )
            ($changes.Action -join ' ') | Should -Be 'Disabled Unchanged Enabled Unchanged'
            @(Get-Change).Length | Should -Be 2
        }

        It 'take the output of Get-Dynamics365User' {
            (Get-Dynamics365User -Filter 'isdisabled eq true' | Enable-Dynamics365User).FullName | Should -Be 'Chiara Example'
        }
    }
}
