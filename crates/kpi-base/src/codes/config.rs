//! Findings about the configuration and the command line.

codes! {
    NO_PROJECT = "K8001", Error, "no project here";
    NOT_TOML = "K8002", Error, "kpi.toml cannot be read";
    UNKNOWN_KEY = "K8003", Error, "unknown key in kpi.toml";
    WRONG_VALUE = "K8004", Error, "wrong value in kpi.toml";
    UNKNOWN_SOURCE = "K8005", Error, "kpi.toml binds a table that the policy does not have";
    UNBOUND_SOURCE = "K8006", Error, "no file for a table";
    NO_FILE = "K8007", Error, "no file matches";
    NO_POLICY = "K8008", Error, "no policy to read";
    UNKNOWN_ENVIRONMENT = "K8009", Error, "unknown environment";
    PERIOD = "K8010", Error, "which period is to be judged";
    NOTHING_OF_THIS_NAME = "K8011", Error, "nothing of this name";
    CANNOT_WRITE = "K8012", Error, "the output cannot be written";
    NO_SUCH_CODE = "K8013", Error, "no such code";
    FOLDER_IN_USE = "K8014", Error, "the folder is in use";
    NEEDS_OUT = "K8015", Error, "this format needs a folder";
    NO_ENGINE = "K8016", Error, "a kpi without its engine";
    NO_VERSION = "K8030", Error, "no such version of the policy";
    NO_GIT = "K8031", Error, "git does not answer";
    NOT_IN_STYLE = "K8032", Error, "a file is not in the one style";
    FAIL_ON = "K8040", Error, "a limit on the impact that cannot be read";
    WHAT_IF = "K8050", Error, "a setting of kpi what-if that cannot be made";
    FAR_TARGET = "K8051", Warning, "a target that is far from history";
    FEW_RESULTS = "K8052", Warning, "too few results to suggest a target";
}
