//! The steps of the demo: what OpenIAM asks for, and what must come of it.

/// One request of OpenIAM.
pub struct Step {
    /// What it shows.
    pub title: &'static str,
    /// The function of Connector.ps1.
    pub function: &'static str,
    /// The user, where the request is about one.
    pub identity: &'static str,
    /// Attribute values with their operations.
    pub attributes: &'static [(&'static str, &'static str, &'static str)],
    /// The search query, and the names that OpenIAM expects in each record.
    pub search: Option<(&'static str, &'static [&'static str])>,
    /// A fault for the next request of this method and path: its status.
    pub fault: Option<(&'static str, &'static str, u16)>,
    /// What must come of it.
    pub expected: Expected,
}

/// What must come of a step.
pub struct Expected {
    /// SUCCESS, or OpenIAM's code of the failure; for a search the number of records.
    pub outcome: Outcome,
    /// Texts that the error or the messages must have.
    pub says: &'static [&'static str],
    /// The requests, as `METHOD path -> status`; `*` stands for anything.
    pub wire: &'static [&'static str],
    /// The changes in the environment, as in its ledger.
    pub changes: &'static [&'static str],
}

/// See [`Expected::outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, and something was changed.
    Changed,
    /// Done, and nothing had to be changed.
    Unchanged,
    /// Refused with this code.
    Failure(&'static str),
    /// So many records.
    Records(usize),
}

const ERIKA: &str = "c1000000-0000-4000-8000-000000000001";
const SALES: &str = "b0000000-0000-4000-8000-000000000002";
const SERVICE: &str = "b0000000-0000-4000-8000-000000000003";
const SALESPERSON: &str = "a0000003-0000-4000-8000-000000000002";
const SALES_MANAGER: &str = "a0000004-0000-4000-8000-000000000002";
const NOBODY: &str = "c1000000-0000-4000-8000-000000000099";

const BLANK: Step = Step {
    title: "",
    function: "Save-Identity",
    identity: "",
    attributes: &[],
    search: None,
    fault: None,
    expected: Expected { outcome: Outcome::Changed, says: &[], wire: &[], changes: &[] },
};

/// The connector's whole job.
pub const STEPS: &[Step] = &[
    Step {
        title: "Test the connection",
        function: "Test-ConnectorConnection",
        expected: Expected {
            outcome: Outcome::Unchanged,
            says: &[],
            wire: &[
                "GET WhoAmI() -> 401",
                "POST /*/oauth2/v2.0/token -> 200",
                "GET WhoAmI() -> 200",
                "GET RetrieveVersion() -> 200",
                "GET systemusers(*)/Microsoft.Dynamics.CRM.RetrieveUserPrivileges() -> 200",
            ],
            changes: &[],
        },
        ..BLANK
    },
    Step {
        title: "Search all users",
        function: "Search-Data",
        search: Some(("Get-Dynamics365User", &["systemuserid", "FullName", "isdisabled"])),
        expected: Expected {
            outcome: Outcome::Records(5),
            says: &[],
            wire: &["GET systemusers?$select=systemuserid,fullname,isdisabled -> 200"],
            changes: &[],
        },
        ..BLANK
    },
    Step {
        title: "Search one user",
        function: "Search-Data",
        search: Some((
            "Get-Dynamics365User -Id c0000000-0000-4000-8000-000000000002",
            &["fullname", "InternalEmailAddress", "businessunitid"],
        )),
        expected: Expected {
            outcome: Outcome::Records(1),
            says: &["fullname=Adele Example"],
            wire: &["GET systemusers(c0000000-0000-4000-8000-000000000002)?$select=* -> 200"],
            changes: &[],
        },
        ..BLANK
    },
    Step {
        title: "Search all roles",
        function: "Search-Data",
        search: Some(("Get-Dynamics365Role", &["roleid", "name", "businessunitid"])),
        expected: Expected {
            outcome: Outcome::Records(18),
            says: &[],
            wire: &["GET roles?$select=roleid,name,_businessunitid_value -> 200"],
            changes: &[],
        },
        ..BLANK
    },
    Step {
        title: "Search one role",
        function: "Search-Data",
        search: Some(("Get-Dynamics365Role -Id a0000006-0000-4000-8000-000000000002", &["name"])),
        expected: Expected {
            outcome: Outcome::Records(1),
            says: &["name=Approver's Deputy & Reviewer"],
            wire: &["GET roles(a0000006-0000-4000-8000-000000000002)?$select=name -> 200"],
            changes: &[],
        },
        ..BLANK
    },
    Step {
        title: "Add a user with a role",
        identity: ERIKA,
        attributes: &[
            ("systemuserid", ERIKA, "ADD"),
            ("businessunitid", SALES, "ADD"),
            ("internalemailaddress", "erika@contoso.example", "ADD"),
            ("firstname", "Erika", "ADD"),
            ("lastname", "Example", "ADD"),
            ("isdisabled", "False", "ADD"),
            ("roleid", SALESPERSON, "ADD"),
        ],
        expected: Expected {
            outcome: Outcome::Changed,
            says: &[],
            wire: &[
                "GET systemusers(*)* -> 404",
                "*",
                "POST systemusers?* -> 201",
                "*",
                "POST systemusers(*)/systemuserroles_association/$ref -> 204",
            ],
            changes: &["create systemusers", "associate systemusers Salesperson"],
        },
        ..BLANK
    },
    Step {
        title: "Modify the user: only what differs is sent",
        identity: ERIKA,
        attributes: &[
            ("firstname", "Erika", "NO_CHANGE"),
            ("lastname", "Example", "REPLACE"),
            ("jobtitle", "Clerk", "ADD"),
        ],
        expected: Expected {
            outcome: Outcome::Changed,
            says: &[],
            wire: &["*", "PATCH systemusers(*)* -> 200"],
            changes: &["update systemusers jobtitle"],
        },
        ..BLANK
    },
    Step {
        title: "The same again: nothing is sent",
        identity: ERIKA,
        attributes: &[("lastname", "Example", "REPLACE"), ("jobtitle", "Clerk", "REPLACE")],
        expected: Expected { outcome: Outcome::Unchanged, says: &[], wire: &["GET *", "*"], changes: &[] },
        ..BLANK
    },
    Step {
        title: "Add one role, take another one away",
        identity: ERIKA,
        attributes: &[("roleid", SALES_MANAGER, "ADD"), ("roleid", SALESPERSON, "DELETE")],
        expected: Expected {
            outcome: Outcome::Changed,
            says: &[],
            wire: &[
                "*",
                "POST systemusers(*)/systemuserroles_association/$ref -> 204",
                "*",
                "DELETE systemusers(*)/systemuserroles_association(*)/$ref -> 204",
            ],
            changes: &["associate systemusers Sales Manager", "disassociate systemusers Salesperson"],
        },
        ..BLANK
    },
    Step {
        title: "The same roles again: nothing to do",
        identity: ERIKA,
        attributes: &[("roleid", SALES_MANAGER, "ADD"), ("roleid", SALESPERSON, "DELETE")],
        expected: Expected { outcome: Outcome::Unchanged, says: &[], wire: &["GET *", "*"], changes: &[] },
        ..BLANK
    },
    Step {
        title: "Move to another business unit: the roles that it costs are told",
        identity: ERIKA,
        attributes: &[("businessunitid", SERVICE, "REPLACE")],
        expected: Expected {
            outcome: Outcome::Changed,
            says: &["Sales Manager"],
            wire: &["*", "PATCH systemusers(*)* -> 200", "*"],
            changes: &["update systemusers _businessunitid_value", "disassociate systemusers Sales Manager"],
        },
        ..BLANK
    },
    Step {
        title: "Suspend",
        function: "Suspend-Identity",
        identity: ERIKA,
        expected: Expected {
            outcome: Outcome::Changed,
            says: &[],
            wire: &["*", "PATCH systemusers(*)* -> 200"],
            changes: &["update systemusers isdisabled"],
        },
        ..BLANK
    },
    Step {
        title: "Resume",
        function: "Resume-Identity",
        identity: ERIKA,
        expected: Expected {
            outcome: Outcome::Changed,
            says: &[],
            wire: &["*", "PATCH systemusers(*)* -> 200"],
            changes: &["update systemusers isdisabled"],
        },
        ..BLANK
    },
    Step {
        title: "Delete: refused, with the advice to disable",
        function: "Remove-Identity",
        identity: ERIKA,
        expected: Expected {
            outcome: Outcome::Failure("OPERATION_NOT_SUPPORTED_EXCEPTION"),
            says: &["Deleting users is not supported", "Disable the user instead"],
            wire: &[],
            changes: &[],
        },
        ..BLANK
    },
    Step {
        title: "An error of the documentation: no business unit on add",
        identity: NOBODY,
        attributes: &[("systemuserid", NOBODY, "ADD"), ("internalemailaddress", "franz@contoso.example", "ADD")],
        expected: Expected {
            outcome: Outcome::Failure("INVALID_ATTRIBUTE"),
            says: &["Unable to retrieve attribute=businessunitid for entityLogicalName=systemuser"],
            wire: &["GET systemusers(*)* -> 404", "*"],
            changes: &[],
        },
        ..BLANK
    },
    Step {
        title: "An error of the documentation: the server breaks down over a user",
        identity: ERIKA,
        attributes: &[("jobtitle", "Head of Service", "REPLACE")],
        fault: Some(("PATCH", "systemusers", 500)),
        expected: Expected {
            outcome: Outcome::Failure("CONNECTOR_ERROR"),
            says: &["Got API response status code - '500'. ErrorMessage - 'Server returned 'InternalServerError'"],
            wire: &["*", "PATCH systemusers(*)* -> 500"],
            changes: &[],
        },
        ..BLANK
    },
    Step {
        title: "A throttled request is waited out",
        identity: ERIKA,
        attributes: &[("jobtitle", "Head of Service", "REPLACE")],
        fault: Some(("PATCH", "systemusers", 429)),
        expected: Expected {
            outcome: Outcome::Changed,
            says: &[],
            wire: &["*", "PATCH systemusers(*)* -> 429", "PATCH systemusers(*)* -> 200"],
            changes: &["update systemusers jobtitle"],
        },
        ..BLANK
    },
];
