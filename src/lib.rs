//! Users, roles and business units of Dynamics 365.
