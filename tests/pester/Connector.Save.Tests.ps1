# Save-Identity: add and modify. The names of the contexts are the words of the connector's documentation.
Describe 'Save-Identity' {
    BeforeAll {
        Import-Module "$PSScriptRoot/Support.psm1" -Force
        $known = Get-Known
        $runspace = New-ConnectorRunspace
        $erika = 'c1000000-0000-4000-8000-000000000001'
        function New-ErikaAttributes {
            New-ConnectorAttribute systemuserid $erika ADD
            New-ConnectorAttribute businessunitid $known.Sales ADD
            New-ConnectorAttribute internalemailaddress erika@contoso.example ADD
            New-ConnectorAttribute firstname Erika ADD
            New-ConnectorAttribute lastname Example ADD
        }
        function Get-Erika {
            $row = Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Id $erika"
            $row.Result
        }
    }
    BeforeEach { Reset-Server }
    AfterAll { $runspace.Dispose() }

    Context 'Set and modify basic system user information' {
        It 'adds a user that is not there' {
            $saved = Invoke-Connector $runspace Save-Identity -Identity $erika -Attributes (New-ErikaAttributes)
            $saved.Result.Status | Should -Be 'SUCCESS' -Because $saved.Result.ErrorMessage
            $saved.Result.IdentityName | Should -Be $erika
            $saved.Result.Changed | Should -BeTrue
            $saved.Errors.Length | Should -Be 0
            (@(Get-Change) -join '; ') | Should -Be 'create systemusers'
        }

        It 'takes every attribute of the list for ADD' {
            $attributes = @(New-ErikaAttributes) + @(
                foreach ($name in 'domainname', 'photourl', 'employeeid', 'governmentid', 'homephone', 'jobtitle', 'middlename', 'mobilephone', 'nickname', 'salutation', 'skills', 'title') {
                    New-ConnectorAttribute $name "$name@x" ADD
                }
                New-ConnectorAttribute isdisabled 'False' ADD
            )
            $saved = Invoke-Connector $runspace Save-Identity -Identity $erika -Attributes $attributes
            $saved.Result.Status | Should -Be 'SUCCESS' -Because $saved.Result.ErrorMessage
            $row = Get-Erika
            foreach ($name in 'domainname', 'photourl', 'employeeid', 'governmentid', 'homephone', 'jobtitle', 'middlename', 'mobilephone', 'nickname', 'salutation', 'skills', 'title') {
                $row[$name] | Should -Be "$name@x"
            }
        }

        It 'modifies a user that is there, and sends only what differs' {
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @(
                New-ConnectorAttribute firstname Adele REPLACE
                New-ConnectorAttribute jobtitle Clerk ADD
            )
            $saved.Result.Status | Should -Be 'SUCCESS'
            (@(Get-Change) -join '; ') | Should -Be 'update systemusers jobtitle'
        }

        It 'takes every attribute of the list for UPDATE' {
            $names = 'firstname', 'lastname', 'internalemailaddress', 'photourl', 'employeeid', 'governmentid', 'homephone', 'jobtitle', 'middlename', 'mobilephone', 'nickname', 'salutation', 'skills', 'title'
            $attributes = @(foreach ($name in $names) { New-ConnectorAttribute $name "$name@y" REPLACE }) + @(New-ConnectorAttribute isdisabled 'False' REPLACE)
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes $attributes
            $saved.Result.Status | Should -Be 'SUCCESS' -Because $saved.Result.ErrorMessage
            @(Get-Change).Length | Should -Be 1
        }

        It 'ignores domainname on update, and says so' {
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @(New-ConnectorAttribute domainname other@contoso.example REPLACE)
            $saved.Result.Status | Should -Be 'SUCCESS'
            $saved.Result.Changed | Should -BeFalse
            ($saved.Result.Messages -join ' ') | Should -BeLike '*domainname was left out*'
        }

        It 'changes nothing when it is repeated' {
            $null = Invoke-Connector $runspace Save-Identity -Identity $erika -Attributes (New-ErikaAttributes)
            $again = Invoke-Connector $runspace Save-Identity -Identity $erika -Attributes (New-ErikaAttributes)
            $again.Result.Status | Should -Be 'SUCCESS'
            $again.Result.Changed | Should -BeFalse
            @(Get-Change).Length | Should -Be 1
        }

        It 'finds a user by domain name and by e-mail address where the identity is no GUID' {
            foreach ($name in 'adele@contoso.example', 'ADELE@CONTOSO.EXAMPLE') {
                $saved = Invoke-Connector $runspace Save-Identity -Identity $name -Attributes @(New-ConnectorAttribute title Dr)
                $saved.Result.IdentityName | Should -Be $known.Adele
            }
        }
    }

    Context 'values with operations' {
        It 'leaves NO_CHANGE alone' {
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @(New-ConnectorAttribute jobtitle Boss NO_CHANGE)
            $saved.Result.Changed | Should -BeFalse
            @(Get-Change).Length | Should -Be 0
        }

        It 'replaces: a value that goes and one that comes' {
            $null = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @(New-ConnectorAttribute jobtitle Clerk ADD)
            $null = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @(New-ConnectorAttribute jobtitle Clerk DELETE -More @('Boss', 'ADD'))
            (Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Id $($known.Adele)" -Requested jobtitle).Result['jobtitle'] | Should -Be 'Boss'
        }

        It 'clears with DELETE and with an empty value' {
            $null = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @(New-ConnectorAttribute jobtitle Clerk; New-ConnectorAttribute title Dr)
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @(New-ConnectorAttribute jobtitle Clerk DELETE; New-ConnectorAttribute title '' REPLACE)
            $saved.Result.Status | Should -Be 'SUCCESS'
            $row = (Invoke-Connector $runspace Search-Data -Query "Get-Dynamics365User -Id $($known.Adele)" -Requested jobtitle, title).Result
            $row['jobtitle'] | Should -Be $null
            $row['title'] | Should -Be $null
        }

        It 'never clears isdisabled' {
            foreach ($attribute in (New-ConnectorAttribute isdisabled 'False' DELETE), (New-ConnectorAttribute isdisabled '' REPLACE)) {
                $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @($attribute)
                $saved.Result.Status | Should -Be 'SUCCESS'
                ($saved.Result.Messages -join ' ') | Should -BeLike '*isdisabled*'
            }
            @(Get-Change).Length | Should -Be 0
        }

        It 'refuses an operation that is none, and does nothing' {
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @(New-ConnectorAttribute jobtitle Boss MERGE)
            $saved.Result.Status | Should -Be 'FAILURE'
            $saved.Result.ErrorMessage | Should -BeLike "*'MERGE'*ADD, REPLACE, DELETE and NO_CHANGE*"
            @(Get-Change).Length | Should -Be 0
        }
    }

    Context 'Assign/revoke system roles from system users' {
        It 'assigns with ADD and revokes with DELETE' {
            $attribute = New-ConnectorAttribute roleid $known.SalesManager ADD -More @($known.Salesperson, 'DELETE')
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @($attribute)
            $saved.Result.Status | Should -Be 'SUCCESS' -Because $saved.Result.ErrorMessage
            (@(Get-Change) -join '; ') | Should -Be 'associate systemusers; disassociate systemusers'
        }

        It 'is done when a role is held or gone already' {
            $attribute = New-ConnectorAttribute roleid $known.Salesperson ADD -More @($known.SalesManager, 'DELETE')
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @($attribute)
            $saved.Result.Status | Should -Be 'SUCCESS'
            $saved.Result.Changed | Should -BeFalse
        }

        It 'gives a new user its roles' {
            $saved = Invoke-Connector $runspace Save-Identity -Identity $erika -Attributes (@(New-ErikaAttributes) + @(New-ConnectorAttribute roleid $known.Salesperson ADD))
            $saved.Result.Status | Should -Be 'SUCCESS'
            (@(Get-Change) -join '; ') | Should -Be 'create systemusers; associate systemusers'
        }

        It 'goes on with the other roles after one fails, and reports the failure' {
            $attribute = New-ConnectorAttribute roleid $known.Nobody ADD -More @($known.SalesManager, 'ADD')
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @($attribute)
            $saved.Result.Status | Should -Be 'FAILURE'
            $saved.Result.ErrorCode | Should -Be 'NO_SUCH_OBJECT'
            $saved.Result.ErrorMessage | Should -BeLike "*$($known.Nobody)*"
            $saved.Result.Changed | Should -BeTrue
            ($saved.Result.Messages -join ' ') | Should -BeLike "*Added: role 'Sales Manager'*"
        }

        It 'enables before it assigns, and disables after' {
            $attributes = @(New-ConnectorAttribute roleid $known.Salesperson ADD; New-ConnectorAttribute isdisabled 'False')
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Chiara -Attributes $attributes
            $saved.Result.Status | Should -Be 'SUCCESS' -Because $saved.Result.ErrorMessage
            $attributes = @(New-ConnectorAttribute isdisabled 'True'; New-ConnectorAttribute roleid $known.Salesperson DELETE)
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Chiara -Attributes $attributes
            $saved.Result.Status | Should -Be 'SUCCESS' -Because $saved.Result.ErrorMessage
            (@(Get-Change) -join '; ') | Should -Be 'update systemusers isdisabled; associate systemusers; disassociate systemusers; update systemusers isdisabled'
        }
    }

    Context 'Assign/revoke business unit affiliation for system users' {
        It 'moves the user, tells which roles that cost, and assigns those of the new unit' {
            $attributes = @(New-ConnectorAttribute businessunitid $known.Service; New-ConnectorAttribute roleid $known.ServiceSalesManager ADD)
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes $attributes
            $saved.Result.Status | Should -Be 'SUCCESS' -Because $saved.Result.ErrorMessage
            ($saved.Result.Messages -join ' ') | Should -BeLike "*lost these roles: 'Salesperson'*Added: role 'Sales Manager'*"
        }

        It 'tells a unit that is not there' {
            $saved = Invoke-Connector $runspace Save-Identity -Identity $known.Adele -Attributes @(New-ConnectorAttribute businessunitid $known.Nobody)
            $saved.Result.ErrorCode | Should -Be 'NO_SUCH_OBJECT'
            @(Get-Change).Length | Should -Be 0
        }
    }

    It 'refuses groups: roles are made in the environment' {
        $saved = Invoke-Connector $runspace Save-Identity -Type GROUP -Identity x
        $saved.Result.ErrorCode | Should -Be 'OPERATION_NOT_SUPPORTED_EXCEPTION'
    }

    It 'refuses an identity that several users have' {
        foreach ($id in $known.Adele, $known.Bruno) {
            $null = Invoke-Connector $runspace Save-Identity -Identity $id -Attributes @(New-ConnectorAttribute internalemailaddress same@contoso.example)
        }
        $saved = Invoke-Connector $runspace Save-Identity -Identity same@contoso.example -Attributes @(New-ConnectorAttribute title Dr)
        $saved.Result.ErrorCode | Should -Be 'CONSTRAINT_VIOLATION'
        $saved.Result.ErrorMessage | Should -BeLike '*Several users*Use the systemuserid*'
    }
}
