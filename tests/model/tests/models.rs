//! Runs the models in every order of their threads' steps in which no more than three times a thread is stopped where it could have gone on: beyond
//! that the orders are too many, and what is found takes two as a rule.

use dynamics365_model::models;

fn run(model: fn()) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(model);
}

macro_rules! models {
    ($($name:ident),* $(,)?) => { $(
        #[test]
        fn $name() {
            run(models::$name);
        }
    )* };
}

models! {
    a_wake_is_never_lost,
    a_cancel_ends_a_wait,
    a_cancel_that_says_nothing_was_changed_is_right,
    nobody_passes_a_closed_gate,
    the_longer_of_two_closings_counts,
    a_cancel_ends_the_wait_at_the_gate,
    all_get_the_token_of_one_fetch,
    a_failure_reaches_everyone,
    a_cancelled_fetch_fails_nobody_else,
    a_cancelled_waiter_disturbs_nobody,
    a_refused_token_is_fetched_anew_once,
}
