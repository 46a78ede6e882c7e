# Questions of the library: for an access token of the caller's token provider, or for a signature with a certificate's key. A thread of
# the library can't run a script block, so that the library tells the thread of the pipeline, while that waits, to answer.

# What the waiting functions of the library return when there is a question (D365_STATUS_ANSWER_NEEDED).
$script:AnswerNeeded = 3

# What answers the questions of a connection. A script block belongs to its runspace and can run in no other one.
function New-QuestionSource {
    param([scriptblock] $Provider, $Key)
    @{ Provider = $Provider; Key = $Key; Runspace = [runspace]::DefaultRunspace.InstanceId }
}

# Answers the next question of a connection, where there is one. What goes wrong is told to the library, whose waiting operations then
# fail with it.
function Send-Answer {
    param($Connection)
    $native = $script:Native
    $question = [System.IntPtr]::Zero
    $failure = [System.IntPtr]::Zero
    try {
        $status = $native::d365_client_question((Get-ClientHandle $Connection), [ref]$question, [ref]$failure)
        # Another thread has taken it: then there is nothing to do.
        if ($status -eq 2) { return }
        if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }
        try { Send-SourceAnswer -Question $question -Source $Connection.GetSource() }
        catch { Deny-Question -Question $question -Reason $_.Exception.GetBaseException().Message }
    }
    finally {
        # Not answered, as after Ctrl+C, it counts as refused.
        if ($question -ne [System.IntPtr]::Zero) { $native::d365_question_free($question) }
    }
}

function Send-SourceAnswer {
    param([System.IntPtr] $Question, $Source)
    $data = Get-QuestionData $Question
    if ($script:Native::d365_question_wants($Question) -eq 1) {
        if ($Source.Runspace -ne [runspace]::DefaultRunspace.InstanceId) {
            throw 'the token provider belongs to another runspace than this one. Connect in each runspace on its own'
        }
        Send-ProviderToken -Question $Question -Output @(& $Source.Provider ([System.Text.Encoding]::UTF8.GetString($data)))
        return
    }
    $padding = [System.Security.Cryptography.RSASignaturePadding]::Pss
    if ($script:Native::d365_question_wants($Question) -eq 3) { $padding = [System.Security.Cryptography.RSASignaturePadding]::Pkcs1 }
    $signature = $Source.Key.SignData($data, [System.Security.Cryptography.HashAlgorithmName]::SHA256, $padding)
    Send-AnswerByte -Question $Question -Bytes $signature -Count $signature.Length -Seconds 0
}

function Get-QuestionData {
    param([System.IntPtr] $Question)
    $pointer = [System.IntPtr]::Zero
    $length = [System.IntPtr]::Zero
    $failure = [System.IntPtr]::Zero
    $status = $script:Native::d365_question_data($Question, [ref]$pointer, [ref]$length, [ref]$failure)
    if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }
    $data = [byte[]]::new([int]$length)
    [System.Runtime.InteropServices.Marshal]::Copy($pointer, $data, 0, $data.Length)
    , $data
}

# Hands over what a token provider wrote: a token as text or SecureString, or an object that has one, and perhaps its end, as
# Get-AzAccessToken and token end points give it.
function Send-ProviderToken {
    param([System.IntPtr] $Question, [object[]] $Output)
    if ($Output.Length -ne 1 -or $null -eq $Output[0]) { throw "the token provider wrote $($Output.Length) objects, and one access token is needed" }
    $token = $Output[0]
    if ($token -is [psobject]) { $token = $token.psobject.BaseObject }
    $seconds = [uint64]0
    if ($token -isnot [string] -and $token -isnot [securestring]) {
        $seconds = Get-TokenLife $Output[0]
        $token = Get-TokenProperty $Output[0] 'AccessToken', 'access_token', 'Token'
        if ($token -isnot [string] -and $token -isnot [securestring]) {
            throw 'the token provider wrote an object without a token. Write a text, a SecureString, or an object with AccessToken (or Token) and ExpiresOn'
        }
    }
    if ($token -is [securestring]) {
        # The block runs inside of a function of the module: it may only use names that this one does not have.
        Use-SecretByte -Secret $token -Action { param($Utf8, $Used) Send-AnswerByte -Question $Question -Bytes $Utf8 -Count $Used -Seconds $seconds }
        return
    }
    $text = [System.Text.Encoding]::UTF8.GetBytes($token)
    try { Send-AnswerByte -Question $Question -Bytes $text -Count $text.Length -Seconds $seconds }
    finally { [System.Array]::Clear($text, 0, $text.Length) }
}

# How many seconds a token is good from now on; 0 where the object does not say.
function Get-TokenLife {
    param($Object)
    $in = Get-TokenProperty $Object 'ExpiresIn', 'expires_in'
    $on = Get-TokenProperty $Object 'ExpiresOn', 'expires_on'
    $number = [double]0
    $culture = [System.Globalization.CultureInfo]::InvariantCulture
    if ($in -is [timespan]) { $number = $in.TotalSeconds }
    elseif ($null -ne $in) { $null = [double]::TryParse([System.Convert]::ToString($in, $culture), [System.Globalization.NumberStyles]::Float, $culture, [ref]$number) }
    elseif ($on -is [System.DateTimeOffset]) { $number = ($on - [System.DateTimeOffset]::UtcNow).TotalSeconds }
    elseif ($on -is [datetime]) { $number = ($on.ToUniversalTime() - [datetime]::UtcNow).TotalSeconds }
    elseif ($null -ne $on -and [double]::TryParse([System.Convert]::ToString($on, $culture), [System.Globalization.NumberStyles]::Float, $culture, [ref]$number)) {
        # Seconds since 1970.
        $number -= ([datetime]::UtcNow - [datetime]::new(1970, 1, 1)).TotalSeconds
    }
    if ($null -eq $in -and $null -eq $on) { return [uint64]0 }
    # One that has ended already is good for a moment: the environment will say so.
    [uint64][System.Math]::Max(1, [System.Math]::Min([System.Math]::Floor($number), 604800))
}

function Get-TokenProperty {
    param($Object, [string[]] $Name)
    foreach ($one in $Name) {
        if ($Object -is [System.Collections.IDictionary]) { if ($Object.Contains($one)) { return $Object[$one] } }
        elseif ($null -ne $Object.psobject.Properties[$one]) { return $Object.psobject.Properties[$one].Value }
    }
    $null
}

function Send-AnswerByte {
    param([System.IntPtr] $Question, [byte[]] $Bytes, [int] $Count, [uint64] $Seconds)
    $failure = [System.IntPtr]::Zero
    $status = $script:Native::d365_question_answer($Question, $Bytes, [System.IntPtr]$Count, $Seconds, [ref]$failure)
    if ($status -ne 0) { throw (New-NativeFailure -Status $status -NativeError $failure) }
}

function Deny-Question {
    param([System.IntPtr] $Question, [string] $Reason)
    $failure = [System.IntPtr]::Zero
    $null = $script:Native::d365_question_refuse($Question, $Reason.Replace([string][char]0, ''), [ref]$failure)
    if ($failure -ne [System.IntPtr]::Zero) { $script:Native::d365_error_free($failure) }
}
