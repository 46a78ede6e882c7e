@{
    RootModule             = 'Dynamics365.psm1'
    ModuleVersion          = '0.1.0'
    GUID                   = '6f4a1c52-8d0e-4b7c-9a63-2e5d7b90c1f4'
    Author                 = 'The Dynamics365 connector project'
    CompanyName            = 'The Dynamics365 connector project'
    Copyright              = '(c) The Dynamics365 connector project. MIT licence.'
    Description            = 'Users, security roles and business units of a Dynamics 365 (Dataverse) environment: at the prompt, in scripts, and behind the OpenIAM connector. Script only; the requests are made by a native library.'
    CompatiblePSEditions   = @('Desktop', 'Core')
    PowerShellVersion      = '5.1'
    DotNetFrameworkVersion = '4.8'
    FormatsToProcess       = @('Dynamics365.format.ps1xml')
    FunctionsToExport      = @(
        'Add-Dynamics365TeamRole'
        'Add-Dynamics365UserRole'
        'Connect-Dynamics365'
        'Disable-Dynamics365User'
        'Disconnect-Dynamics365'
        'Enable-Dynamics365User'
        'Get-Dynamics365BusinessUnit'
        'Get-Dynamics365Change'
        'Get-Dynamics365Connection'
        'Get-Dynamics365Role'
        'Get-Dynamics365RoleMember'
        'Get-Dynamics365Team'
        'Get-Dynamics365TeamMember'
        'Get-Dynamics365TeamRole'
        'Get-Dynamics365User'
        'Get-Dynamics365UserRole'
        'Invoke-Dynamics365Request'
        'New-Dynamics365User'
        'Remove-Dynamics365TeamRole'
        'Remove-Dynamics365User'
        'Remove-Dynamics365UserRole'
        'Set-Dynamics365User'
        'Set-Dynamics365UserBusinessUnit'
        'Set-Dynamics365UserRole'
        'Test-Dynamics365Connection'
    )
    CmdletsToExport        = @()
    VariablesToExport      = @()
    AliasesToExport        = @()
    PrivateData            = @{
        PSData = @{
            Tags = @('Dynamics365', 'Dataverse', 'PowerPlatform', 'User', 'Role', 'Provisioning', 'OpenIAM', 'Windows', 'Linux', 'MacOS', 'PSEdition_Desktop', 'PSEdition_Core')
        }
    }
}
