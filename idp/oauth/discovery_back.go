package oauth

// backMetadata is what clients' servers call, and how sessions end.
func backMetadata(issuer string) map[string]any {
	algs := make([]string, len(proofAlgs))
	for i, alg := range proofAlgs {
		algs[i] = string(alg)
	}
	return map[string]any{
		"token_endpoint":                        issuer + "/oauth2/token",
		"introspection_endpoint":                issuer + "/oauth2/introspect",
		"revocation_endpoint":                   issuer + "/oauth2/revoke",
		"device_authorization_endpoint":         issuer + "/oauth2/device_authorization",
		"end_session_endpoint":                  issuer + "/oauth2/logout",
		"grant_types_supported":                 []string{GrantCode, GrantRefresh, GrantClient, GrantDevice},
		"dpop_signing_alg_values_supported":     algs,
		"backchannel_logout_supported":          true,
		"backchannel_logout_session_supported":  true,
		"frontchannel_logout_supported":         true,
		"frontchannel_logout_session_supported": true,
		"introspection_endpoint_auth_methods_supported": []string{
			AuthSecretBasic, AuthSecretPost, AuthPrivateKeyJWT,
		},
		"revocation_endpoint_auth_methods_supported": []string{
			AuthSecretBasic, AuthSecretPost, AuthPrivateKeyJWT, AuthNone,
		},
	}
}
