package esia

import (
	"errors"
	"net/url"
	"strings"
)

// problem is an error of the protocol: what a client's library reads.
type problem struct {
	Code string // ESIA-007014
	Name string // error of RFC 6749
	Text string
}

// Error is the error_description.
func (p *problem) Error() string { return p.Code + ": " + p.Text }

// The errors of ESIA that this provider has cause for. The texts of those that RFC 6749 has are RFC 6749's.
var (
	errNoCertificate  = &problem{"ESIA-007002", "unauthorized_client", "The certificate does not match the client, or the client has no certificate."}
	errParameter      = &problem{"ESIA-007003", "invalid_request", "The request is missing a required parameter, includes an invalid parameter value, or includes a parameter more than once."}
	errDenied         = &problem{"ESIA-007004", "access_denied", "The resource owner or authorization server denied the request."}
	errUnauthorized   = &problem{"ESIA-007005", "unauthorized_client", "The client is not authorized to request an access token using this method."}
	errScope          = &problem{"ESIA-007006", "invalid_scope", "The requested scope is invalid, unknown, or malformed."}
	errServer         = &problem{"ESIA-007007", "server_error", "The authorization server encountered an unexpected condition that prevented it from fulfilling the request."}
	errBusy           = &problem{"ESIA-007008", "temporarily_unavailable", "The authorization server is currently unable to handle the request due to a temporary overloading or maintenance of the server."}
	errResponseType   = &problem{"ESIA-007009", "unsupported_response_type", "The authorization server does not support obtaining an access token using this method."}
	errGrant          = &problem{"ESIA-007011", "invalid_grant", "The provided authorization grant or refresh token is invalid, expired, revoked, does not match the redirection URI used in the authorization request, or was issued to another client."}
	errGrantType      = &problem{"ESIA-007012", "unsupported_grant_type", "The authorization grant type is not supported by the authorization server."}
	errNoScope        = &problem{"ESIA-007013", "invalid_scope", "The request does not contain the scope."}
	errMissing        = &problem{"ESIA-007014", "invalid_request", "The request does not contain the mandatory parameter"}
	errTime           = &problem{"ESIA-007015", "invalid_request", "The time of the request is wrong."}
	errNoGrants       = &problem{"ESIA-007019", "access_denied", "OAuthErrorEnum.noGrants"}
	errRedirect       = &problem{"ESIA-007023", "invalid_request", "The redirect_uri is not among those allowed to the client."}
	errUnreadable     = &problem{"ESIA-007038", "invalid_request", "The parameters of the request cannot be read."}
	errNoChallenge    = &problem{"ESIA-007039", "invalid_grant", "The authorization request had no code_challenge."}
	errVerifier       = &problem{"ESIA-007040", "invalid_grant", "The code_verifier does not match the code_challenge."}
	errSecret         = &problem{"ESIA-007053", "access_denied", "OAuthErrorEnum.clientSecretWrong"}
	errNotConfirmed   = &problem{"ESIA-007055", "access_denied", "The account is not confirmed."}
	errPersonKind     = &problem{"ESIA-007062", "access_denied", "The type or role of the user is wrong."}
	errNotEmployee    = &problem{"ESIA-007194", "access_denied", "The user is not an employee of the organisation."}
	errNoConsentType  = &problem{"ESIA-036700", "invalid_request", "The type of the consent is not given."}
	errConsentType    = &problem{"ESIA-036701", "invalid_request", "The type of the consent is not known."}
	errConsentScopes  = &problem{"ESIA-036702", "invalid_request", "A scope of the consent is not given."}
	errConsentForeign = &problem{"ESIA-036703", "invalid_request", "The scopes go beyond those allowed to the consent."}
	errNoAction       = &problem{"ESIA-036705", "invalid_request", "No action is given."}
	errAction         = &problem{"ESIA-036706", "invalid_request", "The action does not exist."}
	errNoPurpose      = &problem{"ESIA-036707", "invalid_request", "No purpose is given."}
	errExpiry         = &problem{"ESIA-036716", "invalid_request", "The expiry of the consent is wrong."}
	errPurpose        = &problem{"ESIA-036726", "invalid_request", "The purpose does not exist."}
	errOnePurpose     = &problem{"ESIA-036727", "invalid_request", "Exactly one purpose is needed."}
)

// shown are the errors that the provider's own page explains: those that have no address to go to.
var shown = []*problem{errNoCertificate, errParameter, errUnauthorized, errServer, errBusy, errMissing, errRedirect, errUnreadable}

// problemOf is an error as a client may see it.
func problemOf(err error) *problem {
	var known *problem
	if errors.As(err, &known) {
		return known
	}
	return errServer
}

// problemByCode finds one of the errors that the page explains, in a text that begins with a code.
func problemByCode(description string) *problem {
	for _, p := range shown {
		if strings.HasPrefix(description, p.Code) {
			return p
		}
	}
	return errServer
}

// query is an error in an address, in ESIA's order.
func (p *problem) query(state string) string {
	text := "error_description=" + url.QueryEscape(p.Error())
	if state != "" {
		text += "&state=" + url.QueryEscape(state)
	}
	return text + "&error=" + url.QueryEscape(p.Name)
}
