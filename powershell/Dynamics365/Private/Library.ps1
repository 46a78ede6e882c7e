# Where the native library lies, and loading it.

# The name that .NET gives this platform, as the folders below bin/ are named: win-x64, linux-arm64, ...
function Get-RuntimeIdentifier {
    $architecture = [System.Runtime.InteropServices.RuntimeInformation]::ProcessArchitecture.ToString().ToLowerInvariant()
    $platform = 'win'
    if ([System.Runtime.InteropServices.RuntimeInformation]::IsOSPlatform([System.Runtime.InteropServices.OSPlatform]::Linux)) { $platform = 'linux' }
    if ([System.Runtime.InteropServices.RuntimeInformation]::IsOSPlatform([System.Runtime.InteropServices.OSPlatform]::OSX)) { $platform = 'osx' }
    "$platform-$architecture"
}

# Refuses a process that no library can be for: a 32-bit PowerShell of a 64-bit Windows, most of all.
function Assert-Platform {
    param([string] $Identifier)
    if ($Identifier -match '-(x64|arm64)$') { return }
    throw (New-Failure -Status 'LibraryNotLoaded' -Target $Identifier -Message ("The module Dynamics365 needs a 64-bit PowerShell, and this process is $Identifier. " +
            'Start the 64-bit one: Windows PowerShell of C:\Windows\System32 (not of SysWOW64), or pwsh of C:\Program Files (not of Program Files (x86)); ' +
            'a service that hosts PowerShell must be 64-bit itself.'))
}

# The path of the library: DYNAMICS365_LIBRARY where it is set, otherwise the one that came with the module.
function Get-LibraryPath {
    $given = [System.Environment]::GetEnvironmentVariable('DYNAMICS365_LIBRARY')
    if (-not [string]::IsNullOrEmpty($given)) { return [System.IO.Path]::GetFullPath($given) }
    $identifier = Get-RuntimeIdentifier
    $name = 'libdynamics365.so'
    if ($identifier.StartsWith('win-')) { $name = 'dynamics365.dll' }
    if ($identifier.StartsWith('osx-')) { $name = 'libdynamics365.dylib' }
    [System.IO.Path]::Combine($script:ModuleRoot, 'bin', $identifier, $name)
}

# The type whose static methods are the library's functions. Loads the library the first time, and checks that it fits this module.
function Get-NativeType {
    if ($null -ne $script:Native) { return $script:Native }
    $identifier = Get-RuntimeIdentifier
    Assert-Platform $identifier
    $path = Get-LibraryPath
    if (-not [System.IO.File]::Exists($path)) {
        throw (New-Failure -Status 'LibraryNotLoaded' -Target $path -Message ("The native library of the module Dynamics365 is not there: '$path' " +
                "(this process is $identifier). Install a build of the module that has bin/$identifier, or set the environment variable " +
                'DYNAMICS365_LIBRARY to the path of a library built for it.'))
    }
    $native = (Get-EmittedType -Library $path)['Native']
    try { $version = $native::d365_abi_version() }
    catch {
        $cause = $_.Exception
        while ($null -ne $cause.InnerException) { $cause = $cause.InnerException }
        throw (New-Failure -Status 'LibraryNotLoaded' -Target $path -Message ("The native library '$path' could not be loaded into this process " +
                "($identifier, $([System.Runtime.InteropServices.RuntimeInformation]::FrameworkDescription)): $($cause.Message) " +
                "Check that the file is whole, that the account may read it, and that it was built for $identifier."))
    }
    if ($version -ne $script:NativeAbiVersion) {
        throw (New-Failure -Status 'LibraryVersionMismatch' -Target $path -Message ("The native library '$path' has interface version $version, " +
                "and this module needs version $script:NativeAbiVersion. Module and library come together: install both from one release, " +
                'or clear the environment variable DYNAMICS365_LIBRARY.'))
    }
    $script:Native = $native
    $native
}
