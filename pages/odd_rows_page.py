import streamlit as st

from core.analysis.anomaly.odd_rows import Anomalies
from core.analysis.anomaly.policies import ExpectedFalseAlarms, FalseDiscoveryRate, Policy, Quantile, TopRows
from core.analysis.anomaly.reasons import Reasons, nearest_usual
from core.analysis.answer.words import far_groups_in_words, odd_in_words, scored_over
from core.analysis.groups.listing import MOST_LISTED, apart, rows_of_table
from core.charts.anomaly.odd_rows import odd_scatter, score_histogram
from core.charts.anomaly.reasons import reason_bars
from core.charts.density.marginal import marginal_density
from core.charts.groups.levels import odd_bars
from core.charts.scene import Scene
from core.numbers import count, figure, share
from pages.app.choices import PolicyChoice, ReviewsChoice
from pages.app.results import Analysis
from pages.app.session import choice, choose
from pages.odd_rows import reviews, second_opinions
from pages.odd_rows.results import reasons_of
from pages.ui import downloads, widgets
from pages.ui.drawing import draw
from pages.ui.messages import plain, refusals
from pages.ui.tables import looks
from pages.ui.words import NO_NUMBERS

POLICIES = {
    ExpectedFalseAlarms: "By false alarms",
    FalseDiscoveryRate: "By false discoveries",
    Quantile: "By share of the rows",
    TopRows: "By number of rows",
}
ALARMS = [0.0, 0.01, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0]
RATES = [0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5]


def policy_choice(policy: Policy, rows: int) -> None:
    """How odd is odd, in a unit that a person knows."""
    st.session_state["policy"] = type(policy)
    st.segmented_control(
        "Where to draw the line",
        POLICIES,
        key="policy",
        format_func=POLICIES.__getitem__,
        on_change=take_kind,
        args=(rows,),
    )
    if isinstance(policy, ExpectedFalseAlarms):
        st.session_state["alarms"] = policy.count
        label = "False alarms to expect if nothing were odd"
        st.select_slider(label, ALARMS, key="alarms", on_change=take_alarms)
    elif isinstance(policy, FalseDiscoveryRate):
        st.session_state["rate"] = policy.rate
        label = "Share of the flagged rows that may be flagged wrongly"
        st.select_slider(label, RATES, key="rate", format_func=share, on_change=take_rate)
    elif isinstance(policy, Quantile):
        st.session_state["share"] = 100 * policy.share
        st.number_input("Share of the rows, in %", 0.0, 50.0, key="share", step=0.5, on_change=take_share)
    elif isinstance(policy, TopRows):
        st.session_state["top"] = policy.count
        st.number_input("Rows to flag", 0, rows, key="top", on_change=take_top)


def take_kind(rows: int) -> None:
    """Another kind of threshold begins where it usually makes sense."""
    begin: dict[type[Policy], Policy] = {
        ExpectedFalseAlarms: ExpectedFalseAlarms(1.0),
        FalseDiscoveryRate: FalseDiscoveryRate(0.1),
        Quantile: Quantile(0.01),
        TopRows: TopRows(min(10, rows)),
    }
    chosen = st.session_state["policy"]
    if chosen is not None:
        choose(PolicyChoice(begin[chosen]))


def take_alarms() -> None:
    choose(PolicyChoice(ExpectedFalseAlarms(st.session_state["alarms"])))


def take_rate() -> None:
    choose(PolicyChoice(FalseDiscoveryRate(st.session_state["rate"])))


def take_share() -> None:
    choose(PolicyChoice(Quantile(st.session_state["share"] / 100)))


def take_top() -> None:
    choose(PolicyChoice(TopRows(int(st.session_state["top"]))))


def show_line(analysis: Analysis, scene: Scene, odd: Anomalies) -> None:
    """Where the line lies among the scores, and where the odd rows lie among the others."""
    if not scene.features:
        st.markdown(NO_NUMBERS)
        names = scene.categories
        column = st.selectbox("Column", range(len(names)), format_func=names.__getitem__, key="odd-in", width=300)
        picture = odd_bars(scene, column)
    elif len(scene.features) == 1:
        picture = marginal_density(scene)
    else:
        picture = odd_scatter(scene, widgets.axes_choice(analysis, scene.plane().columns))
    left, right = st.columns(2)
    draw(score_histogram(scene, odd), left)
    draw(picture, right)


def show_reasons(analysis: Analysis, scene: Scene, why: Reasons) -> None:
    """For one odd row: what each column should have been, and rows like it that are not odd."""
    st.subheader("Why is it odd?", anchor=False)
    names = scene.names_of(why.rows)
    at = st.selectbox("Row", range(len(names)), format_func=names.__getitem__, key="why-row")
    picture, words = st.columns([6, 4], gap="large")
    draw(reason_bars(why, at, names[at]), picture)
    with words:
        widgets.notes(tuple(why.sentences(at)))
        reviews.review_choice(int(analysis.rows.matrix.row_ids[why.rows[at]]))
    near = nearest_usual(scene.fit, analysis.rows.matrix, int(why.rows[at]), scene.flagged)
    if near:
        st.caption("The row, and the rows most like it that are not odd:")
        rows = rows_of_table(analysis.rows.table, analysis.rows.matrix, [int(why.rows[at]), *near], analysis.rows.name)
        st.dataframe(rows, hide_index=True, placeholder="", column_config=looks(analysis.rows.table))


def show_apart(analysis: Analysis) -> None:
    """The rows that took no part in shaping the groups, with their cells."""
    rows = apart(analysis.rows.first.settled.took_part)
    if len(rows):
        with st.expander(f"{count(len(rows), 'row')} took no part in shaping the groups"):
            st.markdown(
                "Each lies so far from all groups that fewer than one such row is expected by chance. They are scored "
                "and belong to their nearest group, but the groups are where they would be without them."
            )
            table, listed = analysis.rows.table, rows[:MOST_LISTED].tolist()
            shown = rows_of_table(table, analysis.rows.matrix, listed, analysis.rows.name)
            st.dataframe(shown, hide_index=True, placeholder="", column_config=looks(table))


st.title("Which rows do not belong?", anchor=False)
analysis = widgets.need_data()
if analysis is not None:
    with refusals():
        scene = analysis.scene
        if scene is not None and scene.odd is not None:
            flagged = len(scene.odd.ranking)
            rows = len(scene.raw)
            st.subheader(odd_in_words(scene.odd), anchor=False)
            st.markdown(plain(far_groups_in_words(scene.fit, scene.odd, scene.grouping), 400))
            show_apart(analysis)
            policy_choice(analysis.policy, rows)
            show_line(analysis, scene, scene.odd)
            if flagged:
                st.subheader(f"{count(flagged, 'row')}, the oddest first", anchor=False)
                why = reasons_of(analysis, scene, scene.odd)
                reviews.table_of_odd_rows(analysis, scene, scene.odd, why)
                downloads.odd(analysis, why)
                show_reasons(analysis, scene, why)
            elif choice(ReviewsChoice).reviews.said:
                ids = analysis.rows.matrix.row_ids[scene.odd.ranking]
                st.markdown(choice(ReviewsChoice).reviews.sentence(ids))
            downloads.handed_on(analysis)
            downloads.labelled(analysis)
            downloads.filled(analysis)
            second_opinions.against_others(analysis, scene)
            with st.expander("How the score is computed"):
                st.latex(r"\text{score}(x) = -\log p(x) = -\log \sum_k w_k \, N(x \mid \mu_k, \Sigma_k)")
                st.markdown(
                    f"Here the sum runs over {scored_over(scene.fit, scene.odd)}; the line is at "
                    f"{figure(scene.odd.threshold)}. Rows drawn from the model itself pass it "
                    f"{scene.odd.by_chance} times in {rows:,}."
                )
